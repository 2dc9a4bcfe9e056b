"""How kinds, ranges and sets look in the figure: Okabe and Ito's colours, letters, markers."""

from portlab.views.ports.shapes import Kind, Sign

GROUNDS = ("#fbe9a0", "#ffffff", "#cfe6f7")
"""Of free numbers, for each range; those that are assigned have the colour of their kind."""

COLORS: dict[Kind, str] = {
    "both": "#0072b2",
    "tcp": "#e69f00",
    "udp": "#009e73",
    "other": "#cc79a7",
}

LETTERS: dict[Kind, str] = {"tcp": "T", "udp": "U", "other": "S"}
"""What an enlarged cell says too, unless it is assigned for both or free."""

MARKERS: dict[Sign, tuple[str, str]] = {
    "circle": ("o", "#d55e00"),
    "diamond": ("D", "#f0e442"),
    "triangle": ("^", "#ffffff"),
    "square": ("s", "#cc79a7"),
    "plus": ("P", "#56b4e9"),
    "cross": ("X", "#1a1a1a"),
}
"""Matplotlib's name of the shape, and what it is filled with."""
