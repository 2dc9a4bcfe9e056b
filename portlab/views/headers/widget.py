"""The headers in the page: Python reads them, header.js shows them and says what each field means.

Imported when headers are shown in a notebook: anywidget takes longer than all of portlab.
"""

from typing import Any

import anywidget
import traitlets

from portlab.views.headers.data import data
from portlab.views.headers.shapes import Headers
from portlab.views.page.module import css, esm


class HeaderWidget(anywidget.AnyWidget):
    """One packet's headers, or those of two packets beside each other."""

    _esm = esm("header_widget.js")
    _css = css("base.css", "header.css")
    headers: Any = traitlets.List().tag(sync=True)

    def __init__(self, headers: tuple[Headers, ...]) -> None:
        super().__init__(headers=[data(one) for one in headers])
