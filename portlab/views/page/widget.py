"""The ladder in the page: Python holds the traces and answers, the page draws and asks.

Imported when a ladder is shown in a notebook: anywidget takes longer than all of portlab.
"""

from collections.abc import Sequence

import anywidget
import traitlets

from portlab.trace.trace import Trace
from portlab.views import state_map
from portlab.views.page.actions import answer
from portlab.views.page.module import css, esm
from portlab.views.page.session import Session

STYLES = ("base.css", "header.css", "panel.css", "ladder.css")


class LadderWidget(anywidget.AnyWidget):
    """One or two ladders to step through, to touch and to change.

    The page sends `{do, ask, ...}`; every answer carries the number `ask` as `answer`, and a
    `problem` in words if it could not be done.
    """

    _esm = esm("ladder.js")
    _css = css(*STYLES)
    scene = traitlets.Bytes().tag(sync=True)
    states = traitlets.Dict().tag(sync=True)

    def __init__(self, traces: Sequence[Trace], *, relative: bool = True) -> None:
        self.session = Session(traces, relative=relative)
        super().__init__(scene=self.session.scene(), states=state_map.as_data())
        self.on_msg(self._hear)

    def _hear(self, _: object, message: object, buffers: object) -> None:
        content, files = answer(self.session, message)
        if "says" in content:
            self.scene = self.session.scene()
        self.send(content, files)
