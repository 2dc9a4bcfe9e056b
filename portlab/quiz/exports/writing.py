"""Writing an export: which questions, into which file, and what is to be said about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from portlab.errors import QuizError
from portlab.quiz.exports.rendering import offered, parts
from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import Fill, Match, Order, Question
from portlab.system import replace_file, unwritable_because, write_new_file
from portlab.wording import count, listed


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how its files end, what they are for, and what makes the bytes.

    `splits` says that a question of several parts becomes one for each part.
    """

    ending: str
    reader: str
    make: Callable[[Sequence[Question], str, int], bytes]
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written where. `notes` say how questions changed on their way."""

    file: Path
    questions: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(
            [f"{count(self.questions, 'question')} written to {self.file}.", *self.notes]
        )


def export(
    questions: Iterable[Question],
    to: str,
    file: str | Path,
    *,
    title: str = "portlab",
    seed: int = 1,
    replace: bool = False,
) -> Written:
    """Write `questions` into `file` as `to` says: anki, qti, moodle, csv or paper.

    `title` names the quiz (qti) or heads the page (paper); `seed` orders a paper. `replace` lets a
    file of that name go. The file is written whole or not at all. Every question is in it: what a
    format cannot carry as it is, the notes tell.
    Raises QuizError for a format that is none, no questions, a wrong ending, a file that is there,
    a folder that is not, and what a format cannot hold.
    """
    asked, path = list(questions), Path(file)
    form = checked(to, path, replace=replace)
    _fit(asked)
    content = form.make(asked, title, seed)
    try:
        if replace:
            replace_file(path, content)
        elif not write_new_file(path, content):
            raise _there(path)
    except OSError as error:
        raise QuizError(
            f"{path} cannot be written: {error.strerror or error}. Name a file in a folder that "
            "is yours."
        ) from error
    return Written(path, len(asked), _notes(asked) if form.splits else ())


def checked(to: str, path: Path, *, replace: bool) -> Format:
    """The format `to`, if `path` can be written so: told before any work is done."""
    if to not in FORMATS:
        raise QuizError(f"There is no format {to!r}. There are: {listed(FORMATS, 'and')}.")
    form = FORMATS[to]
    if path.suffix.lower() != form.ending:
        raise QuizError(
            f"{form.reader} opens files that end in {form.ending}, and {path.name!r} does not. "
            f"Name it {path.stem or 'portlab'}{form.ending}."
        )
    if not path.parent.is_dir():
        raise QuizError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    if path.is_dir() or ((path.exists() or path.is_symlink()) and not replace):
        raise _there(path)
    if why := unwritable_because(path.parent):
        raise QuizError(f"{path} cannot be written: {why}. Name a file in a folder that is yours.")
    return form


def _there(path: Path) -> QuizError:
    if path.is_dir():
        return QuizError(f"{path} is a folder. Name a file in it.")
    return QuizError(
        f"{path} is there already, and stays as it is. Name a new file, or replace it: "
        "`--replace` in the terminal, `replace=True` in Python."
    )


def _fit(asked: Sequence[Question]) -> None:
    """Raises QuizError for questions that no format could hold."""
    if not asked:
        raise QuizError("There are no questions to export. Give at least one.")
    ids = [question.id for question in asked]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise QuizError(
            f"Two questions are called {', '.join(twice)}. Other programs know a question by its "
            "id, so leave one away."
        )
    for question in asked:
        if len(offered(question)) > len(LETTERS):
            raise QuizError(
                f"{question.id} offers {len(offered(question))} things to choose from, and there "
                f"are letters for {len(LETTERS)}. Make two questions of it."
            )


def _notes(asked: Sequence[Question]) -> tuple[str, ...]:
    """A sentence about what was divided, if anything was."""
    counts = []
    for kind, doing in ((Match, "match"), (Order, "put in order"), (Fill, "fill")):
        divided = [len(parts(question)) for question in asked if isinstance(question, kind)]
        if divided:
            counts.append(f"{count(len(divided), 'question')} to {doing} became {sum(divided)}")
    if not counts:
        return ()
    return (f"{listed(counts)}: one for each part, for text2qti writes none of several parts.",)


def _anki(questions: Sequence[Question], title: str, seed: int) -> bytes:
    from portlab.quiz.exports.anki import anki

    return anki(questions)


def _qti(questions: Sequence[Question], title: str, seed: int) -> bytes:
    from portlab.quiz.exports.qti import qti

    return qti(questions, title)


def _moodle(questions: Sequence[Question], title: str, seed: int) -> bytes:
    from portlab.quiz.exports.moodle import moodle

    return moodle(questions)


def _csv(questions: Sequence[Question], title: str, seed: int) -> bytes:
    from portlab.quiz.exports.spreadsheet import spreadsheet

    return spreadsheet(questions)


def _paper(questions: Sequence[Question], title: str, seed: int) -> bytes:
    from portlab.quiz.exports.paper import paper

    return paper(questions, title, seed)


FORMATS = {
    "anki": Format(".apkg", "Anki", _anki),
    "qti": Format(".zip", "Canvas", _qti, splits=True),
    "moodle": Format(".xml", "Moodle", _moodle),
    "csv": Format(".csv", "A spreadsheet", _csv),
    "paper": Format(".html", "A browser", _paper),
}
