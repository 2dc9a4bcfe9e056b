"""What a learner has answered, kept for this user across notebooks, terminals and days.

One file holds the answers and nothing that can be worked out from them: when a question is due
again, and how well a topic is known, is computed from the answers. So two files can be joined, and
a better schedule needs no new file. A file is changed under a lock and replaced in one step, so
that neither a second notebook nor a kill at any moment loses an answer.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from portlab.errors import ProgressError
from portlab.system import only_one, replace_file, user_folder, write_new_file

Outcome = Literal[
    "right", "second try", "wrong", "not yet",
    "begun", "over",
    "locked in", "as predicted", "surprise",
]  # fmt: skip
"""Of a question: right at once, right after a hint, not right; not right, with another try left. Of
a sitting: the time of an exam runs, all is answered. Of a prediction: locked in, and what the run
said to it."""

_OUTCOMES = get_args(Outcome)
_FORMAT, _VERSION = "portlab progress", 1


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `time` in whole seconds of Unix time, `question` the question's id.

    `session` is the code that asked it, and `given` what was answered, one text for each part: so
    a session that was left in the middle can go on.
    """

    time: int
    question: str
    outcome: Outcome
    session: str = ""
    given: tuple[str, ...] = ()


class Progress:
    """The answers in `file`, which is this user's own unless another is named.

    Each method reads the file anew: others may write it too. Every one raises ProgressError for a
    file that cannot be read or is none of ours, and changes nothing then.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or user_folder() / "progress.json"

    def answers(self) -> tuple[Answer, ...]:
        """All answers in the order in which they were given; none where there is no file yet."""
        return _read(self.file, otherwise=())

    def add(self, *answers: Answer) -> None:
        """Write these down beside what is there."""
        self._change(lambda there: (*there, *answers))

    def reset(self) -> Path | None:
        """Begin afresh. The old file is kept beside the new one; its name, or None if none was."""
        try:
            with only_one(self.file):
                if not self.file.exists():
                    return None
                kept = _free_name(self.file)
                self.file.rename(kept)
                return kept
        except OSError as error:
            raise self._unwritable(error) from error

    def export(self, file: Path) -> int:
        """Write all answers into a new file, for another computer; how many there are.

        Raises ProgressError also where `file` is there already.
        """
        answers = self.answers()
        try:
            made = write_new_file(file, _written(answers))
        except OSError as error:
            raise ProgressError(
                f"{file} cannot be written: {error.strerror or error}. Name a file in a folder "
                "that is yours."
            ) from error
        if not made:
            raise ProgressError(f"{file} is there already, and stays as it is. Name a new file.")
        return len(answers)

    def import_from(self, file: Path) -> int:
        """Take over the answers in `file` that are not here yet; how many those are."""
        theirs = _read(file)
        before = 0

        def joined(ours: tuple[Answer, ...]) -> Iterable[Answer]:
            nonlocal before
            before = len(ours)
            known = {*ours}
            new = [answer for answer in dict.fromkeys(theirs) if answer not in known]
            return sorted((*ours, *new), key=lambda answer: answer.time)

        return self._change(joined) - before

    def _change(self, change: Callable[[tuple[Answer, ...]], Iterable[Answer]]) -> int:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with only_one(self.file):
                # What a killed program has left: with the lock in hand, nobody is writing it.
                for left in self.file.parent.glob(f".{self.file.name}.*"):
                    left.unlink(missing_ok=True)
                answers = tuple(change(self.answers()))
                replace_file(self.file, _written(answers))
                return len(answers)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ProgressError:
        return ProgressError(
            f"Your answers could not be written down in {self.file}: {error.strerror or error}. "
            "What was there before is still there. Make room, or name another folder in "
            "PORTLAB_HOME."
        )


def _written(answers: Iterable[Answer]) -> bytes:
    """One answer on each line, so that people can read and compare such files."""
    lines = ",\n".join(json.dumps(astuple(answer), ensure_ascii=False) for answer in answers)
    return f'{{"format": "{_FORMAT}", "version": {_VERSION}, "answers": [\n{lines}\n]}}\n'.encode()


def _read(file: Path, otherwise: tuple[Answer, ...] | None = None) -> tuple[Answer, ...]:
    """The answers in `file`, or `otherwise` where there is no such file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        if otherwise is not None and isinstance(error, FileNotFoundError | NotADirectoryError):
            return otherwise
        raise ProgressError(
            f"{file} cannot be read: {error.strerror or error}. Is it there, and yours to read?"
        ) from error
    except ValueError as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ProgressError(
            f"{file} is no file of answers. Such files are made by `portlab progress --export`."
        )
    version, answers = content.get("version"), content.get("answers")
    if isinstance(version, int) and version > _VERSION:
        raise ProgressError(
            f"{file} was written by a newer portlab, whose form {version} is not known here. "
            "Install the newer portlab; the file stays as it is."
        )
    if version != _VERSION or not isinstance(answers, list):
        raise _damaged(file, "it has no answers of this form")
    return tuple(_answer(file, number, one) for number, one in enumerate(answers, 1))


def _answer(file: Path, number: int, entry: Any) -> Answer:
    match entry:
        case [int(time), str(question), str(outcome), str(session), list(given)] if (
            time >= 0 and outcome in _OUTCOMES and all(isinstance(text, str) for text in given)
        ):
            return Answer(time, question, outcome, session, tuple(given))  # type: ignore[arg-type]
    raise _damaged(file, f"entry {number} is {json.dumps(entry)}, and no answer", number + 1)


def _damaged(file: Path, why: str, line: int | None = None) -> ProgressError:
    where = f"{file}, line {line}" if line else str(file)
    return ProgressError(
        f"{where} is damaged: {why}. Mend it in an editor, put back a copy of it, or move it "
        "away: portlab then begins a new one."
    )


def _free_name(file: Path) -> Path:
    """A name beside `file` that nothing has yet: progress-1.json, progress-2.json, ..."""
    number = 1
    while (kept := file.with_stem(f"{file.stem}-{number}")).exists():
        number += 1
    return kept
