"""The port map in the page: Python reads the registry, ports_map.js draws, zooms and searches.

Imported when a map is shown in a notebook: anywidget takes longer than all of portlab. The page
asks nothing afterwards, so the map works while the kernel is busy.
"""

import anywidget
import traitlets

from portlab.views.page.module import css, esm
from portlab.views.ports.data import encoded
from portlab.views.ports.shapes import PortLayout


class PortMapWidget(anywidget.AnyWidget):
    """All port numbers, to be touched."""

    _esm = esm("ports_widget.js")
    _css = css("base.css", "ports.css")
    ports = traitlets.Bytes().tag(sync=True)

    def __init__(self, layout: PortLayout) -> None:
        super().__init__(ports=encoded(layout))
