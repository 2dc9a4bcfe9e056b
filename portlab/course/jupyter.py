"""JupyterLab on a folder of lessons, started so that it only ever talks to this computer.

JupyterLab runs in this process: one signal then ends everything, kernels first, and nothing is
left behind. It listens on 127.0.0.1, asks nobody for news or updates, reads no settings but its
own, and its notebooks run in this very Python, whatever kernels the user has registered.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from portlab.course.learner_copy import HIDDEN
from portlab.errors import PortlabError
from portlab.system import free_port, has_screen, unwritable_because, user_folder


def serve(
    folder: Path,
    *,
    first_page: str = "",
    port: int = 8888,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Open `folder` in JupyterLab and return when it has ended (Ctrl-C, SIGTERM or its own menu).

    `first_page` is a notebook to open beside the list of files, `port` 0 any free port; `say` gets
    one line at a time.
    Raises PortlabError when JupyterLab is missing, has nowhere to keep its files, or finds no port.
    """
    # A signal that comes before JupyterLab listens ends it as quietly as a later one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    own = user_folder() / "jupyter"
    os.environ["JUPYTER_CONFIG_DIR"] = str(own)
    try:
        _check_folders()
        from portlab.course import server

        config = server.settings(
            folder,
            first_page=first_page,
            port=port or free_port(),
            browser=browser and has_screen(),
            workspaces=folder / HIDDEN / "workspaces",
            own=own / "settings",
        )
        server.start(config, say)
    except KeyboardInterrupt:
        pass
    except ImportError as error:
        raise PortlabError(
            f"JupyterLab cannot be started in {sys.executable}: {error}. "
            f"Install it there: `{sys.executable} -m pip install jupyterlab ipywidgets`."
        ) from error
    except SystemExit as error:
        if error.code:
            raise PortlabError(
                f"JupyterLab could not start, because port {port} and {server.OTHER_PORTS} others "
                "are not free on 127.0.0.1. Give another one: `portlab lab --port N`."
            ) from error


def _check_folders() -> None:
    """JupyterLab's own messages about an unwritable folder are tracebacks; ours are not."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

    for variable, place in (
        ("PORTLAB_HOME", jupyter_config_dir()),
        ("JUPYTER_DATA_DIR", jupyter_data_dir()),
        ("JUPYTER_RUNTIME_DIR", jupyter_runtime_dir()),
    ):
        if problem := unwritable_because(Path(place)):
            raise PortlabError(
                f"JupyterLab keeps files of its own in {place}, which cannot be written: "
                f"{problem}. Name another folder in the environment variable {variable}."
            )
