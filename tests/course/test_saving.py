"""A saved notebook reopens with its pictures: the widgets that hide them are taken out."""

from copy import deepcopy
from typing import Any

import nbformat

from portlab.course.saving import WIDGET, without_widgets

REFERENCE = {"model_id": "5f0", "version_major": 2, "version_minor": 0}


def notebook(*bundles: dict[str, Any]) -> dict[str, Any]:
    """A contents model, as the server hands it to the hook, with one output for each bundle."""
    outputs = [nbformat.v4.new_output("display_data", data=deepcopy(data)) for data in bundles]
    cell = nbformat.v4.new_code_cell("show", outputs=outputs)
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("text"), cell])
    content.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return {"type": "notebook", "format": "json", "content": content}


def bundles(model: dict[str, Any]) -> list[dict[str, Any]]:
    return [output["data"] for output in model["content"]["cells"][1]["outputs"]]


def test_the_picture_and_the_text_stay() -> None:
    shown = {"text/plain": "a ladder", "image/png": "iVBORw0KGgo="}
    model = notebook({**shown, WIDGET: REFERENCE}, {"text/plain": "3"})
    without_widgets(model=model, path="05.ipynb", contents_manager=object())
    assert bundles(model) == [shown, {"text/plain": "3"}]
    assert "widgets" not in model["content"]["metadata"]
    nbformat.validate(model["content"])


def test_an_output_that_is_nothing_but_a_widget_is_left() -> None:
    model = notebook({WIDGET: REFERENCE})
    without_widgets(model=model)
    assert bundles(model) == [{WIDGET: REFERENCE}]


def test_what_is_printed_and_what_went_wrong_stay() -> None:
    model = notebook()
    outputs = [
        nbformat.v4.new_output("stream", text="printed"),
        nbformat.v4.new_output("error", ename="E", evalue="v", traceback=[]),
    ]
    model["content"]["cells"][1]["outputs"] = deepcopy(outputs)
    without_widgets(model=model)
    assert model["content"]["cells"][1]["outputs"] == outputs


def test_files_that_are_no_notebooks_stay_as_they_are() -> None:
    for model in (
        {"type": "file", "format": "text", "content": WIDGET},
        {"type": "directory", "content": None},
        {"type": "notebook", "content": None},
    ):
        before = deepcopy(model)
        without_widgets(model=model)
        assert model == before
