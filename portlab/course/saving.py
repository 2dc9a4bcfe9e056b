"""What happens to a notebook when it is saved: its widgets go, their pictures stay.

A widget lives in its kernel. A saved reference to one reopens as "model not found", and viewers
on the web show an empty box for it, although the same output carries a picture and a text.
"""

from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWN_WITHOUT_KERNEL = frozenset(
    ("image/png", "image/jpeg", "image/svg+xml", "text/html", "text/markdown", "text/plain")
)


def without_widgets(model: dict[str, Any], **_: Any) -> None:
    """Jupyter's `pre_save_hook`: takes the widget part out of outputs that show without it.

    `model` is a contents model, changed in place; what is no notebook of format 4 stays as it is.
    An output with nothing but a widget keeps it: there is nothing else to show.
    """
    notebook = model.get("content")
    if model.get("type") != "notebook" or not isinstance(notebook, dict):
        return
    notebook.get("metadata", {}).pop("widgets", None)
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {})
            if WIDGET in bundle and SHOWN_WITHOUT_KERNEL & bundle.keys():
                del bundle[WIDGET]
