"""What a listener hears of voices: a strip for each, one mark for each packet of sound.

Full and blue is what was heard, half and hatched what came too late, a cross what never came.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast, overload

from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.trace.voice import WAIT, HeardAs, HeardVoice, heard_voice
from portlab.views.canvas import GREY, INK, page, write
from portlab.views.printable import terminal_is_plain
from portlab.views.saving import save

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_IN_A_LINE = 50
"""Packets in one line of the strip, which is a second of sound."""

_SIGNS: dict[HeardAs, str] = {"on time": "█", "late": "▄", "lost": "X"}
_PLAIN: dict[HeardAs, str] = {"on time": "#", "late": "~", "lost": "X"}
_STEP, _SIDE, _LINE, _LEFT = 0.165, 0.135, 0.3, 0.15
_BLUE, _ORANGE, _VERMILLION = "#0072b2", "#e69f00", "#d55e00"


def heard(*traces: Trace, wait: float = WAIT) -> "Heard":
    """What a listener hears of the voice in each trace, played `wait` seconds after it was spoken.

    Raises PortlabError for what is no Trace, and for a Trace in which nobody speaks.
    """
    for one in traces or (None,):
        if not isinstance(one, Trace):
            raise PortlabError(
                f"A voice is heard in a Trace, and not in {type(one).__name__}. Give what "
                "run(experiment) returned, one trace or several."
            )
    return Heard([heard_voice(trace, wait) for trace in traces])


class Heard(Sequence[HeardVoice]):
    """The voices, one after the other; it shows itself as strips, in text and as a picture."""

    def __init__(self, voices: Sequence[HeardVoice]) -> None:
        self.voices = tuple(voices)

    def __len__(self) -> int:
        return len(self.voices)

    @overload
    def __getitem__(self, index: int) -> HeardVoice: ...
    @overload
    def __getitem__(self, index: slice) -> "Heard": ...
    def __getitem__(self, index: int | slice) -> "HeardVoice | Heard":
        return Heard(self.voices[index]) if isinstance(index, slice) else self.voices[index]

    def text(self, *, ascii: bool | None = None) -> str:
        """The strips in characters; `ascii` keeps to those that every terminal has."""
        signs = _PLAIN if (terminal_is_plain() if ascii is None else ascii) else _SIGNS
        blocks = []
        for voice in self.voices:
            strips = ["".join(signs[chunk.heard] for chunk in line) for line in _lines(voice)]
            blocks.append("\n".join([_title(voice), *strips]))
        legend = ", ".join(f"{sign} {meaning}" for meaning, sign in signs.items())
        return "\n\n".join([*blocks, f"Each sign is 20 ms of sound: {legend}."])

    @property
    def alt_text(self) -> str:
        """What is heard, for who cannot see it."""
        return self.text(ascii=True)

    def figure(self) -> "Figure":
        """The strips as a matplotlib Figure, of which pyplot knows nothing."""
        lines = sum(len(_lines(voice)) for voice in self.voices)
        height = 0.35 * len(self.voices) + _LINE * lines + 0.55
        axes = page(2 * _LEFT + _STEP * _IN_A_LINE, height)
        top = 0.05
        for voice in self.voices:
            top += 0.27
            write(axes, _LEFT, top - 0.05, _title(voice), size=9.5, weight="bold")
            for line in _lines(voice):
                for place, chunk in enumerate(line):
                    _draw(axes, _LEFT + place * _STEP, top + 0.04, chunk.heard)
                top += _LINE
            top += 0.08
        _legend(axes, top + 0.14)
        return cast("Figure", axes.figure)

    def save(self, path: "str | Path") -> None:
        """Write it to a file; the suffix says how: .png, .svg, .pdf or .txt."""
        from portlab.views.encoding import as_file

        save("picture", path, lambda suffix: as_file(self, suffix, "What is heard"))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Heard: {'; '.join(map(_title, self.voices))}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png

        return text_and_png(self.text(ascii=False), self.figure(), "What is heard", self.alt_text)


def _lines(voice: HeardVoice) -> list[Any]:
    chunks = voice.chunks
    return [chunks[at : at + _IN_A_LINE] for at in range(0, len(chunks), _IN_A_LINE)]


def _title(voice: HeardVoice) -> str:
    return (
        f"Over {voice.proto.upper()}, {voice.origin}: {voice.on_time} of {len(voice)} on time, "
        f"{voice.late} late, {voice.lost} lost"
    )


def _draw(axes: "Axes", x: float, y: float, heard: HeardAs) -> None:
    """One packet of sound, in a square that begins at its top left corner."""
    from matplotlib.patches import Rectangle

    if heard == "lost":
        for start, end in ((y, y + _SIDE), (y + _SIDE, y)):
            axes.plot([x + 0.02, x + _SIDE - 0.02], [start, end], color=_VERMILLION, lw=2)
        return
    full = heard == "on time"
    height = _SIDE if full else _SIDE / 2
    axes.add_patch(
        Rectangle(
            (x, y + _SIDE - height), _SIDE, height, facecolor=_BLUE if full else _ORANGE,
            edgecolor=INK, lw=0.5, hatch=None if full else "//////",
        )
    )  # fmt: skip


def _legend(axes: "Axes", y: float) -> None:
    write(axes, _LEFT, y, "Each mark is 20 ms of sound:", size=8.5, color=GREY)
    x = _LEFT + 2.15
    for meaning in _SIGNS:
        _draw(axes, x, y - _SIDE + 0.02, meaning)
        write(axes, x + _SIDE + 0.07, y, meaning, size=8.5, color=GREY)
        x += 0.95
