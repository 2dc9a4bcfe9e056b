"""The room of the exports: the one bank, as other programs read it.

    rendering.py    what all formats have in common: text as HTML, parts, letters, the key
    anki.py         a deck for each lesson, to import again and again
    qti.py          a quiz for Canvas
    moodle.py       a question bank for Moodle
    spreadsheet.py  CSV, a line for each question
    paper.py        an exam to print, with its key
    writing.py      `export`, which writes any of them into a file

A format is a function from questions to bytes; nothing else knows where they go.
"""

from portlab.quiz.exports.writing import FORMATS, Written, export

__all__ = ["FORMATS", "Written", "export"]
