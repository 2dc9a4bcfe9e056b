"""What a ladder gives to a kernel's page, and how long a widget lives, tried in a real kernel."""

from collections.abc import Callable, Iterator
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from portlab.course.saving import WIDGET

SECONDS = 60
Run = Callable[..., list[dict[str, Any]]]

SHOW = """
from portlab import Lab, ladder
with Lab() as lab:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)
ladder(lab.trace)
"""
FRESH = """
import ipywidgets, os
os.environ.pop("PORTLAB_STATIC", None)
ipywidgets.Widget.close_all()
"""
ALIVE = """
import gc
widgets = [one for one in gc.get_objects() if type(one).__name__ == "NAME"]
print(sum(getattr(one, "comm", None) is not None for one in widgets))
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(startup_timeout=SECONDS)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def run(kernel: BlockingKernelClient) -> Run:
    """Runs code as JupyterLab does, with the cell's name, and gives the outputs."""

    def run_cell(code: str, cell: str | None = None) -> list[dict[str, Any]]:
        return outputs(kernel, code, {} if cell is None else {"cellId": cell})

    run_cell(FRESH)
    return run_cell


def outputs(
    client: BlockingKernelClient, code: str, metadata: dict[str, str]
) -> list[dict[str, Any]]:
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    content |= {"user_expressions": {}, "stop_on_error": True}
    asked = client.session.msg("execute_request", content, metadata=metadata)
    client.shell_channel.send(asked)
    found = []
    while True:
        try:
            message = client.get_iopub_msg(timeout=SECONDS)
        except Empty:
            pytest.fail("the kernel said no more")
        if message["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
            continue
        if message["msg_type"] == "error":
            pytest.fail("\n".join(message["content"]["traceback"]))
        if message["content"].get("execution_state") == "idle":
            return found
        if message["msg_type"] in ("execute_result", "display_data", "stream"):
            found.append(message["content"])


def test_a_kernel_gets_text_picture_and_widget_and_no_address(run: Run) -> None:
    (shown,) = run(SHOW, "one")
    assert set(shown["data"]) == {"text/plain", "image/png", WIDGET}
    assert shown["data"]["text/plain"].startswith("TCP, 7 packets")
    (again,) = run(SHOW, "two")
    assert again["data"]["text/plain"] == shown["data"]["text/plain"]
    assert again["data"][WIDGET] != shown["data"][WIDGET]


def test_what_is_static_has_no_widget(run: Run) -> None:
    (shown,) = run("import os; os.environ['PORTLAB_STATIC'] = '1'\n" + SHOW, "one")
    assert set(shown["data"]) == {"text/plain", "image/png"}


def test_a_cell_closes_its_own_widgets_and_no_others_when_it_runs_again(run: Run) -> None:
    run(SHOW, "one")
    run(SHOW + "display(ladder(lab.trace), ladder(lab.trace))", "two")
    assert alive(run) == 3
    run(SHOW, "one")
    assert alive(run) == 3
    run(SHOW, "one")
    assert alive(run) == 3
    run("1 + 1", "two")
    assert alive(run) == 1
    run("1 + 1", "one")
    assert alive(run) == alive(run, "Layout") == 0


def test_where_no_cell_is_named_nothing_is_closed(run: Run) -> None:
    """A console shows what was run before; its ladders stay."""
    run(SHOW)
    run(SHOW)
    assert alive(run) == 2


def test_a_port_map_is_a_widget_too_and_goes_with_its_cell(run: Run) -> None:
    (shown,) = run("from portlab import port_map\nport_map({22})", "map")
    assert set(shown["data"]) == {"text/plain", "image/png", WIDGET}
    assert shown["data"]["text/plain"].startswith("All 65,536 port numbers")
    assert alive(run, "PortMapWidget") == 1
    run("port_map({22})", "map")
    assert alive(run, "PortMapWidget") == 1
    (stored,) = run("import os; os.environ['PORTLAB_STATIC'] = '1'\nport_map({22})", "map")
    assert set(stored["data"]) == {"text/plain", "image/png"}
    assert alive(run, "PortMapWidget") == 0


def alive(run: Run, name: str = "LadderWidget") -> int:
    printed = run(ALIVE.replace("NAME", name), "count")
    return int("".join(piece["text"] for piece in printed))  # a busy kernel sends it in pieces
