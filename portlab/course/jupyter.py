"""JupyterLab on a folder of lessons, started so that it only ever talks to this computer.

JupyterLab runs in this process: one signal then ends everything, kernels first, and nothing is
left behind. It listens on 127.0.0.1, asks nobody for news or updates, reads no settings but its
own, and its notebooks run in this very Python, whatever kernels the user has registered.
"""

import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portlab.course.learner_copy import HIDDEN
from portlab.errors import PortlabError
from portlab.system import has_screen, unwritable_because, user_folder

PORT = 8888
OTHER_PORTS = 50
"""How many further ports are tried when the first is taken."""


def serve(
    folder: Path,
    *,
    first_page: str = "",
    port: int = PORT,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Open `folder` in JupyterLab and return when it has ended (Ctrl-C, SIGTERM or its own menu).

    `first_page` is a notebook to open beside the list of files. `say` gets one line at a time.
    Raises PortlabError when JupyterLab is missing, has nowhere to keep its files, or finds no port.
    """
    # A signal that comes before JupyterLab listens ends it as quietly as a later one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _check_folders()
        server = _server(folder, first_page, port, browser, say)
        server.start()
    except KeyboardInterrupt:
        pass
    except SystemExit as error:
        if error.code:
            raise PortlabError(
                f"JupyterLab could not start, because none of the ports {port} to "
                f"{port + OTHER_PORTS} and thereabouts is free on 127.0.0.1. "
                "Give another one: `portlab lab --port N`."
            ) from error


def _check_folders() -> None:
    """JupyterLab's own messages about an unwritable folder are tracebacks; ours are not."""
    os.environ["JUPYTER_CONFIG_DIR"] = str(user_folder() / "jupyter")
    try:
        from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir
    except ImportError as error:
        raise _missing(error) from error
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


def _missing(error: ImportError) -> PortlabError:
    return PortlabError(
        f"JupyterLab cannot be started in {sys.executable}: {error}. "
        f"Install it there: `{sys.executable} -m pip install jupyterlab ipywidgets`."
    )


def _server(
    folder: Path, first_page: str, port: int, browser: bool, say: Callable[[str], None]
) -> Any:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_server.serverapp import ServerApp
        from jupyterlab.handlers.announcements import NeverCheckForUpdate
        from tornado.httputil import url_concat
        from traitlets import default
        from traitlets.config import Config
    except ImportError as error:
        raise _missing(error) from error

    token = secrets.token_hex(24)

    class ThisPython(KernelSpecManager):  # type: ignore[misc]
        """Knows one kernel, this interpreter, where portlab is; a user's `python3` may not be."""

        @default("kernel_dirs")  # type: ignore[untyped-decorator]
        def _no_other_kernels(self) -> list[str]:
            return []

    class CourseServer(ServerApp):  # type: ignore[misc]
        def load_config_file(self, suppress_errors: bool = True) -> None:
            super().load_config_file(suppress_errors)
            self.update_config(config)  # last, so that no file can make it face the network

        def init_signal(self) -> None:
            names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
            for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
                if name_is_ignored(number):
                    continue
                signal.signal(number, self.end)

        def end(self, *_: object) -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # it is ending already
            self.stop(from_signal=True)

        def start_app(self) -> None:
            super().start_app()
            if self.port != port != 0:
                say(f"Port {port} is taken; JupyterLab listens on port {self.port} instead.")
            page = self.connection_url.rstrip("/") + self.default_url
            say(f"Open {url_concat(page, {'token': token})}")
            say("Ctrl-C in this window ends it.")

    def name_is_ignored(number: int) -> bool:
        """A hangup that `nohup` told us to ignore stays ignored."""
        return number == getattr(signal, "SIGHUP", None) and (
            signal.getsignal(number) == signal.SIG_IGN
        )

    config = Config()
    config.Application.log_level = "ERROR"
    config.ServerApp.ip = "127.0.0.1"
    config.ServerApp.port = port
    config.ServerApp.port_retries = OTHER_PORTS
    config.ServerApp.allow_root = True
    config.ServerApp.allow_remote_access = False
    config.ServerApp.open_browser = browser and has_screen()
    config.ServerApp.root_dir = str(folder)
    config.ServerApp.kernel_spec_manager_class = ThisPython
    config.ServerApp.tornado_settings = {"page_config_hook": _quiet_page}
    config.MultiKernelManager.default_kernel_name = "python3"
    config.IdentityProvider.token = token
    config.ContentsManager.pre_save_hook = "portlab.course.saving.without_widgets"
    config.LabApp.default_url = f"/lab/tree/{first_page}" if first_page else "/lab"
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = NeverCheckForUpdate
    config.LabApp.extension_manager = "readonly"
    config.LabApp.user_settings_dir = str(user_folder() / "jupyter" / "settings")
    config.LabApp.workspaces_dir = str(folder / HIDDEN / "workspaces")

    server = CourseServer.instance(jpserver_extensions={"jupyterlab": True})
    server.initialize(argv=[], starter_extension="lab")
    return server


def _quiet_page(handler: object, page: dict[str, Any]) -> dict[str, Any]:
    """Leave out the parts of the page that look things up on the web."""
    disabled = set(page.get("disabledExtensions", ()))
    disabled |= {
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/extensionmanager-extension",
    }
    return {**page, "disabledExtensions": sorted(disabled)}
