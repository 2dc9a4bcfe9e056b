"""A matplotlib Figure as a file: small, the same bytes every time, its words inside."""

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150  # for sharp screens; notebooks show it smaller
_COLORS = 64  # flat drawings need no more, and notebooks with pictures stay small


class Drawn(Protocol):
    """A view that can be text and picture."""

    @property
    def alt_text(self) -> str: ...

    def text(self, *, ascii: bool) -> str: ...

    def figure(self) -> "Figure": ...


def as_file(view: Drawn, suffix: str, title: str) -> bytes:
    """The view as a .png, .svg, .pdf or .txt file."""
    if suffix == ".txt":
        return (view.text(ascii=False) + "\n").encode()
    return encode(view.figure(), suffix[1:], title, view.alt_text)


def text_and_png(
    text: str, figure: "Figure", title: str, alt_text: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a notebook stores of a view, and the size in which it shows the picture."""
    png = encode(figure, "png", title, alt_text)
    data = {"text/plain": text, "image/png": b64encode(png).decode()}
    return data, {"image/png": shown_size(figure)}


def encode(figure: "Figure", form: str, title: str, alt_text: str) -> bytes:
    """The figure as a png, svg or pdf file, with its equivalent in words inside."""
    from matplotlib import rc_context

    about: dict[str, Any] = {"Title": title}
    if form == "pdf":
        about |= {"Subject": alt_text, "CreationDate": None}
    elif form == "svg":
        about |= {"Description": alt_text, "Date": None}
    file = BytesIO()
    with rc_context({"svg.hashsalt": "portlab", "svg.fonttype": "path"}):
        if form == "png":
            return _png(figure, title, alt_text)
        figure.savefig(file, format=form, metadata=about)
    return file.getvalue()


def _png(figure: "Figure", title: str, alt_text: str) -> bytes:
    """As a palette image, a quarter of the size."""
    from PIL import Image, PngImagePlugin

    raw, file = BytesIO(), BytesIO()
    figure.savefig(raw, format="png", dpi=_DPI)
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Title", title)
    words.add_itxt("Description", alt_text)
    # Not the default, which goes by area: the cross of a lost packet is small and must stay red.
    picture = Image.open(raw).convert("RGB")
    picture = picture.quantize(_COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(file, format="png", optimize=True, pnginfo=words, dpi=(_DPI, _DPI))
    return file.getvalue()


def shown_size(figure: "Figure") -> dict[str, int]:
    """Width and height in the notebook's pixels: the png has more, for sharp screens."""
    width, height = figure.get_size_inches()
    return {"width": round(width * figure.dpi), "height": round(height * figure.dpi)}
