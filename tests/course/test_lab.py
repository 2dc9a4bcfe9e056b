"""`portlab lab`: it starts anywhere, talks to nobody else, and ends with nothing left behind."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client import BlockingKernelClient

from tests.course.running import ENDINGS, SECONDS, RunningLab, environment, running_lab


def until(condition: Callable[[], Any]) -> Any:
    """What `condition` gives once it gives something, looked for until the patience ends."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "this never happened"
        time.sleep(0.05)
    return found


def ask(lab: RunningLab, path: str, body: object = None) -> Any:
    """One request to the server's own API, as its page would make it."""
    request = urllib.request.Request(
        f"{lab.server}/api/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"token {lab.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


@contextmanager
def started_kernel(lab: RunningLab) -> Iterator[tuple[psutil.Process, BlockingKernelClient]]:
    """A kernel started as a notebook would, once it answers: its process, and a client.

    The client's threads end here: they would look for a kernel that is gone for ever, and other
    tests count what is open.
    """
    name = ask(lab, "kernels", {"name": "python3"})["id"]
    client = BlockingKernelClient(connection_file=str(lab.runtime / f"kernel-{name}.json"))
    client.load_connection_file()
    client.start_channels()
    try:
        until(lambda: _answers(client))
        (kernel,) = (
            child
            for child in psutil.Process(lab.process.pid).children()
            if any(name in word for word in child.cmdline())
        )
        yield kernel, client
    finally:
        client.stop_channels()


def _answers(client: BlockingKernelClient) -> bool:
    """Whether it says within a second what it is. (`wait_for_ready` loses patience when busy.)"""
    return reply(client, client.kernel_info(), 1) is not None


def reply(client: BlockingKernelClient, asked: str, seconds: float) -> dict[str, Any] | None:
    """The answer to one request; None where none comes in time."""
    with suppress(queue.Empty):
        while True:
            message = client.get_shell_msg(timeout=seconds)
            if message["parent_header"].get("msg_id") == asked:
                return message["content"]
    return None


def value_of(expression: str, client: BlockingKernelClient) -> str:
    """What a kernel makes of an expression, as `repr` writes it."""
    asked = client.execute("", user_expressions={"it": expression})
    content = reply(client, asked, SECONDS)
    assert content is not None
    return str(content["user_expressions"]["it"]["data"]["text/plain"])


def test_it_prints_the_address_with_its_token_and_says_where_the_course_is(tmp_path: Path) -> None:
    with running_lab(tmp_path, "--port", "0") as lab:
        assert len(lab.token) == 48
        assert f"Your copy of the course is in {tmp_path / 'portlab-course'}." in lab.lines
        with urllib.request.urlopen(lab.url, timeout=SECONDS) as page:
            assert b"JupyterLab" in page.read()
        without_token = lab.server + "/api/contents"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(without_token, timeout=SECONDS)


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with running_lab(tmp_path, "--port", "0") as lab, started_kernel(lab):
        family = [psutil.Process(lab.process.pid)]
        family += family[0].children(recursive=True)
        listening = {
            connection.laddr.ip
            for process in family
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}


def test_settings_of_the_user_cannot_make_it_face_the_network(tmp_path: Path) -> None:
    folder = tmp_path / ".jupyter"
    folder.mkdir()
    settings = {"ServerApp": {"ip": "0.0.0.0", "port": 1, "token": "", "root_dir": "/"}}
    (folder / "jupyter_server_config.json").write_text(json.dumps(settings))
    with running_lab(tmp_path, "--port", "0", JUPYTER_CONFIG_PATH=str(folder)) as lab:
        assert lab.server.startswith("http://127.0.0.1:")
        listening = psutil.Process(lab.process.pid).net_connections("inet")
        assert {c.laddr.ip for c in listening if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
        assert len(lab.token) == 48


def test_another_port_is_chosen_when_8888_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 8888))
        except OSError:
            pass  # someone has it already, which is what the test wants
        else:
            taken.listen()
        with running_lab(tmp_path) as lab:
            assert lab.port != 8888
            assert f"Port 8888 is taken; JupyterLab listens on {lab.port} instead." in lab.lines
            assert "kernels" in ask(lab, "status")


@pytest.mark.parametrize("how", ENDINGS)
def test_one_signal_ends_it_and_its_kernels(tmp_path: Path, how: signal.Signals) -> None:
    with running_lab(tmp_path, "--port", "0") as lab, started_kernel(lab):
        family = psutil.Process(lab.process.pid).children(recursive=True)
        assert list(lab.runtime.glob("jpserver-*.json"))
        assert lab.end(how) == 0
        _, alive = psutil.wait_procs(family, timeout=SECONDS)
        assert alive == []
        assert "Traceback" not in lab.output
        assert list(lab.runtime.glob("jpserver-*")) == []
        assert list(lab.runtime.glob("kernel-*")) == []


def test_a_kernel_that_is_busy_does_not_outlive_it(tmp_path: Path) -> None:
    with running_lab(tmp_path, "--port", "0") as lab, started_kernel(lab) as (kernel, _):
        kernel.suspend()  # as deaf as a kernel can be
        assert lab.end() == 0
        assert until(lambda: not kernel.is_running())


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal as Unix knows it")
def test_ctrl_c_in_a_terminal_asks_no_question(tmp_path: Path) -> None:
    """With a terminal on standard input, JupyterLab itself would ask whether one is sure."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "portlab", "lab", "--port", "0"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_make_it_the_terminal,
        env=environment(tmp_path),
    )
    os.close(theirs)
    try:
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(ours, 4096)
        os.write(ours, b"\x03")
        assert process.wait(SECONDS) == 0
        assert b"?" not in said.partition(b"Ctrl-C")[2]
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _make_it_the_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_notebook_runs_in_this_python_whatever_kernels_the_user_has(tmp_path: Path) -> None:
    """A `python3` registered by another environment would not have portlab."""
    stray = tmp_path / ".local/share/jupyter/kernels/python3"
    stray.mkdir(parents=True)
    argv = ["/no/such/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Another", "language": "python"}
    (stray / "kernel.json").write_text(json.dumps(spec))
    with running_lab(tmp_path, "--port", "0", JUPYTER_PREFER_ENV_PATH="0") as lab:
        specs = ask(lab, "kernelspecs")
        assert list(specs["kernelspecs"]) == [specs["default"]] == ["python3"]
        assert specs["kernelspecs"]["python3"]["spec"]["argv"][0] == sys.executable
        with started_kernel(lab) as (_, client):
            assert value_of("__import__('sys').executable", client) == repr(sys.executable)
            assert value_of("__import__('portlab').__name__", client) == "'portlab'"


def test_a_newcomer_lands_in_lesson_00(tmp_path: Path) -> None:
    with running_lab(tmp_path, "--port", "0") as lab:
        assert lab.url.startswith(f"{lab.server}/lab/tree/00-start-here.ipynb?token=")


def test_what_the_learner_changed_is_there_at_the_second_start(tmp_path: Path) -> None:
    course = tmp_path / "course"
    with running_lab(tmp_path, str(course), "--port", "0") as lab:
        assert lab.end() == 0
    laid_out = sorted(course.glob("*.ipynb"))
    assert laid_out
    laid_out[0].write_text("mine")
    laid_out[-1].unlink() if len(laid_out) > 1 else None
    with running_lab(tmp_path, str(course), "--port", "0") as lab:
        assert lab.end() == 0
    assert laid_out[0].read_text() == "mine"
    assert sorted(course.glob("*.ipynb")) == laid_out


def test_edit_opens_the_sources_of_a_checkout(tmp_path: Path) -> None:
    with running_lab(tmp_path, "--edit", "--port", "0") as lab:
        sources = Path(__file__).parents[2] / "notebooks"
        shown = {item["name"] for item in ask(lab, "contents")["content"]}
        assert shown >= {path.name for path in sources.glob("*.ipynb")}
        assert f"These are the sources of the course, in {sources}." in lab.lines
        assert not (tmp_path / "portlab-course").exists()


def refused(home: Path, *arguments: str, **more: str) -> str:
    """What `portlab lab` says on standard error when it does not even start."""
    done = subprocess.run(
        [sys.executable, "-m", "portlab", "lab", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(home, **more),
        cwd=home,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Open http" not in done.stdout
    return done.stderr


def test_a_file_where_the_course_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "is a file" in refused(tmp_path, "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be laid out" in refused(tmp_path, "file/course")


@pytest.mark.parametrize("variable", ["PORTLAB_HOME", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"])
def test_a_folder_of_jupyter_that_cannot_be_written_is_named(tmp_path: Path, variable: str) -> None:
    (tmp_path / "file").touch()
    said = refused(tmp_path, **{variable: str(tmp_path / "file" / "below")})
    assert "cannot be written" in said
    assert variable in said


def test_edit_and_a_folder_exclude_each_other(tmp_path: Path) -> None:
    assert "--edit" in refused(tmp_path, "--edit", "here")
