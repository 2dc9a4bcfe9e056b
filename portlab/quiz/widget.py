"""The widgets of this room: Python holds what was asked, the page draws its state.

Imported when a widget is shown, because anywidget takes longer to import than all of portlab.
"""

from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from portlab.errors import QuizError
from portlab.views.page.module import css, esm
from portlab.views.ports.data import encoded
from portlab.views.ports.layout import layout

PAGE = Path(__file__).parent / "page"

FAULT = (
    "That did not work, and the fault is portlab's. What you answered before is kept: go on, or "
    "run this cell again."
)


class Asked(Protocol):
    """What stands behind a widget."""

    def state(self) -> dict[str, Any]:
        """What the page may know now, as JSON."""

    def hear(self, message: Any) -> None:
        """Do what the page asks, or raise QuizError with a sentence for the learner."""


class AskedWidget(anywidget.AnyWidget):
    """Shows the state of `asked`, and gives it what the page sends: `{do, ask, ...}`.

    Each message is answered with its number `ask` as `answer`, and a `problem` if there is one.
    """

    _css = css("base.css", PAGE / "quiz.css")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, asked: Asked, **sent: Any) -> None:
        super().__init__(state=asked.state(), **sent)
        self._asked = asked
        self.on_msg(self._hear)

    def _hear(self, _: object, message: Any, buffers: object) -> None:
        answer = {"answer": message.get("ask") if isinstance(message, dict) else None}
        try:
            try:
                self._asked.hear(message)
            except QuizError as error:
                answer["problem"] = str(error)
            self.state = self._asked.state()
        except Exception:  # the page waits, and is told before the traceback goes its way
            answer["problem"] = FAULT
            raise
        finally:
            self.send(answer)


class PredictionWidget(AskedWidget):
    """See `portlab.quiz.prediction`."""

    _esm = esm(PAGE / "predict.js")


class QuestionsWidget(AskedWidget):
    """See `portlab.quiz.session`."""

    _esm = esm(PAGE / "questions.js")


class RangeQuizWidget(AskedWidget):
    """See `portlab.quiz.range_quiz`. All of the port map is sent once, and then what lies on it."""

    _esm = esm(PAGE / "ranges.js")
    _css = css("base.css", "ports.css", PAGE / "quiz.css")
    ports = traitlets.Bytes().tag(sync=True)

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked, ports=encoded(layout()))
