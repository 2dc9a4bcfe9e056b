"""The lint of questions: is a bank fair, and can a question be read, answered and looked up?

What a file must hold to be read at all is the reader's part (`bank`); its slips and the findings
here are told together. Each question is held to some rules by itself, then all of them together:
what is asked twice, and whether who knows nothing could guess from place, length or wording.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portlab.quiz import bank
from portlab.quiz.asking import choices
from portlab.quiz.grading import plain
from portlab.quiz.guessing import Bias, bias
from portlab.quiz.near_duplicates import near_duplicates
from portlab.quiz.question import (
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)
from portlab.quiz.reading import Place, Slip
from portlab.quiz.topics import rows
from portlab.wording import count, listed, wrapped

REFERENCES = (
    r"RFC \d{3,4}\b",
    r"[a-z0-9_-]+\([1-8]\) of (Linux|OpenBSD|Wireshark|curl|libpcap)",
    r'(IANA|Linux|PowerShell|Microsoft|Docker|Nmap Reference Guide|Fetch Standard), "',
    r'Cisco[A-Za-z ]*, "',
    r"ISO/IEC 7498-1",
    r"MS-[A-Z0-9]+\b",
    r"CCNA 200-301 v1\.1, topic \d",
)
"""How a reference begins: whose text it is, all of them free to read, and which part of it."""

ALIKE = 0.8
"""From this share of what they have in common on, two prompts are one question in other words."""

Told = Iterator[tuple[str, str]]
"""What rule is broken, and how to mend it."""
OfOne = Iterator[tuple[str, str, str]]
"""The same behind the id of the question that it is about; "" where that is no single one."""

_TRICKS = re.compile(
    r"(?i:\b(?:all|none|both|neither) of (?:the above|these)\b)|\b(?:NOT|EXCEPT)\b"
)
_REFERENCE = re.compile("|".join(REFERENCES))


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend: where, by which `check` it was found, what rule is broken, the remedy.

    `line` is that of the question's id, from 1; what is found of many questions together has no
    file, line 0 and no question. A slip of the reader's has the line and the field it stands in.
    """

    file: str
    line: int
    question: str
    check: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        where = str(Place(self.file, self.line)) if self.file else "All questions together"
        return f"{where}{', ' * bool(self.question)}{self.question}: {self.rule} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """What the lint found in so many `questions`, in the order of files and lines."""

    questions: int
    findings: tuple[Finding, ...]
    bias: Bias

    def __str__(self) -> str:
        head = f"{count(self.questions, 'question')} read, {count(len(self.findings), 'finding')}."
        return "\n".join([*map(str, self.findings), wrapped(f"{head} {self.bias}")])


def lint(files: Iterable[Path] | None = None) -> Report:
    """Everything to mend in `files`; None is the bank that portlab came with."""
    homes: dict[str, Place] = {}
    files = list(bank.files() if files is None else files)
    questions, slips = bank.read(files, homes)
    to_read = (*slips, *_empty(files, slips, homes.values()), *_taken(files, homes))
    found = [_of_reader(slip) for slip in to_read]
    for question in questions:
        where = homes[question.id]
        for check, rules in OF_EACH.items():
            found += [Finding(*where, question.id, check, *told) for told in rules(question)]
    for check, of_all in OF_ALL.items():
        for about, *told in of_all(questions):
            found.append(Finding(*homes.get(about, Place("", 0)), about, check, *told))
    found.sort(key=lambda one: (not one.file, one))  # what is about no single one stands last
    return Report(len(questions), tuple(found), bias(questions))


def _taken(files: Sequence[Path], homes: Mapping[str, Place]) -> Iterator[Slip]:
    """An id is for ever: none that the course has may come again in a file of another name."""
    names = {file.name for file in files}
    known: dict[str, Place] = {}
    bank.read([file for file in bank.files() if file.name not in names], known)
    for id, place in homes.items():
        if id in known:
            rule = f'"{id}" is taken: it is in {known[id]}.'
            yield Slip(place.file, place.line, "id", rule, "Give it a name of its own, for ever.")


def _empty(files: Iterable[Path], slips: Iterable[Slip], homes: Iterable[Place]) -> Iterator[Slip]:
    """To the reader an empty file is as good as any: a lesson may have no questions yet."""
    read = {slip.file for slip in slips} | {place.file for place in homes}
    for file in files:
        if file.name not in read:
            rule, remedy = "There is no question in this file.", "Begin each one with `- `."
            yield Slip(file.name, 1, "", rule, remedy)


def _of_reader(slip: Slip) -> Finding:
    rule = f"{slip.field}: {slip.rule}" if slip.field else slip.rule
    return Finding(slip.file, slip.line, "", "slip", rule, slip.remedy)


# ---- each question by itself ---------------------------------------------------------------------


def _sentences(question: Question) -> Told:
    asked = (("prompt", question.prompt), *(("why", why) for why in _whys(question)))
    for what, text in (*asked, ("explanation", question.explanation)):
        if not text.endswith((".", "?") if what != "explanation" else "."):
            yield f'The {what} does not end as a sentence does: "{text}".', "Write a whole one."


def _code(question: Question) -> Told:
    for text in (*_shown(question), *_whys(question), question.explanation):
        if text.count("`") % 2:
            yield f'A backtick is open at the end of "{text}".', "Code has one on each side."


def _given_away(question: Question) -> Told:
    for why, keys in _whys_and_keys(question):
        if told := next((key for key in keys if _names(why, key)), ""):
            rule = f'The why "{why}" holds the key "{told}", and is said before a second try.'
            yield rule, "Say what is wrong with that answer, and let the right one be found."


def _tricks(question: Question) -> Told:
    for text in _shown(question):
        if trick := _TRICKS.search(text):
            rule = f'"{trick[0]}" makes a puzzle of the wording.'
            yield rule, "Ask what is so, and let every choice stand by itself."


def _foreseen(question: Question) -> Told:
    if isinstance(question, Number | ShortText | Fill) and not _whys(question):
        remedy = "Add `mistakes`: what do learners answer who have not understood it?"
        yield "No wrong answer is foreseen.", remedy


def _reference(question: Question) -> Told:
    for reference in question.reference.split("; "):
        if not _REFERENCE.match(reference):
            remedy = (
                "Begin as others do, `RFC 9293 section 3.5` or `listen(2) of Linux`; several are "
                "parted by a semicolon and a space."
            )
            yield f'The reference "{reference}" names no place where it can be looked up.', remedy


def _rows(question: Question) -> Told:
    for row in question.covers:
        if row not in rows():
            remedy = "Name one of `data/coverage.yaml`, or add it there."
            yield f'The contents of the course have no row "{row}".', remedy


def _choices(question: Question) -> Told:
    texts = [plain(choice.text) for choice in choices(question)]
    for text in {text for text in texts if texts.count(text) > 1}:
        rule = f'Two choices read "{text}", but for capitals and quotes.'
        yield rule, "Leave one away, or tell them apart."
    right = sum(choice.right for choice in choices(question))
    if isinstance(question, OneChoice) and not 3 <= len(texts) <= 5:
        yield f"There are {len(texts)} choices.", "Three to five are neither a coin nor a crowd."
    if isinstance(question, ManyChoices) and right < 2:
        rule = "Only one choice is right, where many are asked for."
        yield rule, "Let a second be right, or write `kind: one choice`."


def _length(question: Question) -> Told:
    if isinstance(question, OneChoice):
        right = max(len(choice.text) for choice in question.choices if choice.right)
        wrong = max(len(choice.text) for choice in question.choices if not choice.right)
        if right > 2 * wrong:
            rule = "The right choice is more than twice as long as any other."
            yield rule, "Move what explains into the explanation."


OF_EACH: dict[str, Callable[[Question], Told]] = {
    "sentences": _sentences,
    "code": _code,
    "given away": _given_away,
    "tricks": _tricks,
    "foreseen": _foreseen,
    "reference": _reference,
    "rows": _rows,
    "choices": _choices,
    "length": _length,
}


def _whys(question: Question) -> tuple[str, ...]:
    """What is said to wrong answers."""
    return tuple(why for why, _ in _whys_and_keys(question))


def _whys_and_keys(question: Question) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is said to a wrong answer, and which answers would have been right there."""
    match question:
        case Number():
            right = tuple(f"{bound:f}" for bound in question.bounds)
            yield from ((mistake.why, right) for mistake in question.mistakes)
        case ShortText():
            right = (question.key, *question.accept)
            yield from ((mistake.why, right) for mistake in question.mistakes)
        case Fill():
            for blank in question.blanks:
                right = (blank.key, *blank.accept)
                yield from ((mistake.why, right) for mistake in blank.mistakes)
        case Match():
            yield from ((pair.why, (pair.right,)) for pair in question.pairs)
        case _:
            there = choices(question)
            right = tuple(choice.text for choice in there if choice.right)
            for choice in there:
                if not choice.right:  # what it says itself is there to be read anyway
                    yield choice.why, tuple(key for key in right if not _names(choice.text, key))


def _names(why: str, key: str) -> bool:
    """Whether `key` stands in `why` as words of its own, however they are spelled.

    >>> _names("It ends at 65,535.", "65535"), _names("Think of port 4430.", "443")
    (True, False)
    """
    said, named = (plain(re.sub(r"(?<=\d),(?=\d{3})", "", text)) for text in (why, key))
    return re.search(rf"(?<![\w.-]){re.escape(named)}(?![\w-]|\.\w)", said) is not None


def _shown(question: Question) -> tuple[str, ...]:
    """What stands there before an answer, apart from lines that are given as they were seen."""
    offered = question.offered if isinstance(question, Match | Order) else ()
    named = [pair.left for pair in question.pairs] if isinstance(question, Match) else ()
    named = [blank.name for blank in question.blanks] if isinstance(question, Fill) else named
    return (question.prompt, *(choice.text for choice in choices(question)), *named, *offered)


# ---- all of them together ------------------------------------------------------------------------


def _twice(questions: Sequence[Question]) -> OfOne:
    for one, other, share in near_duplicates([question.prompt for question in questions], ALIKE):
        rule = f"Its prompt is that of {questions[one].id} in other words ({share:.0%} alike)."
        yield questions[other].id, rule, "Ask something else, or keep the better of the two."


def _explained_twice(questions: Sequence[Question]) -> OfOne:
    first: dict[str, str] = {}
    for question in questions:
        known = first.setdefault(question.explanation, question.id)
        if known != question.id:
            rule = f"Its explanation is that of {known}, word for word."
            yield question.id, rule, "Explain what this question is about."


def _difficulties(questions: Sequence[Question]) -> OfOne:
    lessons: dict[str, list[Question]] = {}
    for question in questions:
        if question.lesson.isdecimal():  # a file of another name is no lesson yet
            lessons.setdefault(question.lesson, []).append(question)
    for lesson, (first, *others) in lessons.items():
        there = {question.difficulty for question in (first, *others)}
        if missing := {1, 2, 3} - there:
            rule = f"Lesson {lesson} has no question of difficulty {listed(sorted(missing), 'or')}."
            yield first.id, rule, "Ask to know (1), to understand (2) and to apply (3)."


def _guessable(questions: Sequence[Question]) -> OfOne:
    for rule, remedy in bias(questions).hints():
        yield "", rule, remedy


OF_ALL: dict[str, Callable[[Sequence[Question]], OfOne]] = {
    "asked twice": _twice,
    "explained twice": _explained_twice,
    "difficulties": _difficulties,
    "guessable": _guessable,
}
