"""The widgets of this room: Python holds what was asked, the page draws its state.

Imported when a widget is shown, because anywidget takes longer to import than all of portlab.
"""

from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from portlab.views.page.module import css, esm

PAGE = Path(__file__).parent / "page"
_COMMON = (PAGE / "prose.js", PAGE / "patience.js", PAGE / "choices.js")


class Asked(Protocol):
    """What stands behind a widget: its state, as JSON without a key, and what the page tells it."""

    def state(self) -> dict[str, Any]: ...

    def hear(self, message: Any) -> None: ...


class AskedWidget(anywidget.AnyWidget):
    """Shows the state of `asked`, gives it every message of the page, and shows its state anew."""

    _css = css("base.css", PAGE / "quiz.css")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked, self._heard = asked, 0
        self._show()
        self.on_msg(self._hear)

    def _hear(self, _: object, message: Any, buffers: object) -> None:
        self._asked.hear(message)
        self._heard += 1
        self._show()

    def _show(self) -> None:
        # Counted, because the page waits for an answer even where nothing has changed.
        self.state = self._asked.state() | {"heard": self._heard}


class PredictionWidget(AskedWidget):
    """See `portlab.quiz.prediction`."""

    _esm = esm("dom.js", *_COMMON, PAGE / "predict.js")


class QuestionsWidget(AskedWidget):
    """See `portlab.quiz.session`."""

    _esm = esm("dom.js", *_COMMON, PAGE / "entry.js", PAGE / "questions.js")
