"""JupyterLab as the course needs it: deaf to the network, quiet, ended by one signal.

Imports JupyterLab at once, so `jupyter` imports this module only when it is about to start it.
"""

import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.serverapp import ServerApp
from jupyterlab.handlers.announcements import NeverCheckForUpdate
from tornado.httputil import url_concat
from traitlets import default
from traitlets.config import Config

OTHER_PORTS = 50
"""How many further ports are tried when the first is taken."""


class ThisPython(KernelSpecManager):
    """Knows one kernel, this interpreter, where portlab is; a user's `python3` may be another."""

    @default("kernel_dirs")
    def _no_other_kernels(self) -> list[str]:
        return []


class CourseServer(ServerApp):
    """A Jupyter server whose settings of ours come last, and which asks no questions at its end."""

    settings: ClassVar[Config] = Config()
    say: ClassVar[Callable[[str], None]] = print

    def load_config_file(self, *args: Any, **options: Any) -> None:
        super().load_config_file(*args, **options)
        self.update_config(self.settings)  # last, so that no file can make it face the network

    def init_signal(self) -> None:
        for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
                continue  # not on this system, or `nohup` told us to outlive the terminal
            signal.signal(number, self.end)

    def end(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        self.stop(from_signal=True)

    def start_app(self) -> None:
        super().start_app()
        # Behind the callback that binds the port: whoever opens the address is answered.
        self.io_loop.add_callback(self.announce)

    def announce(self) -> None:
        wanted = self.settings.ServerApp.port
        if self.port != wanted:
            type(self).say(f"Port {wanted} is taken; JupyterLab listens on {self.port} instead.")
        page = self.connection_url.rstrip("/") + self.default_url
        token = self.settings.IdentityProvider.token
        type(self).say(f"Open {url_concat(page, {'token': token})}")
        type(self).say("Ctrl-C in this window ends it.")


def settings(
    folder: Path, *, first_page: str, port: int, browser: bool, workspaces: Path, own: Path
) -> Config:
    """What JupyterLab must be told. `own` is a folder for the learner's settings of the page."""
    config = Config()
    config.Application.log_level = "ERROR"
    config.ServerApp.ip = "127.0.0.1"
    config.ServerApp.port = port
    config.ServerApp.port_retries = OTHER_PORTS
    config.ServerApp.allow_root = True
    config.ServerApp.allow_remote_access = False
    config.ServerApp.open_browser = browser
    config.ServerApp.root_dir = str(folder)
    config.ServerApp.kernel_spec_manager_class = ThisPython
    config.ServerApp.tornado_settings = {"page_config_hook": _quiet_page}
    config.MultiKernelManager.default_kernel_name = "python3"
    if zmq.has("curve"):
        # Kernels talk over 127.0.0.1; without this they warn that anybody could listen.
        config.KernelManager.transport_encryption = "auto"
    config.IdentityProvider.token = secrets.token_hex(24)
    config.ContentsManager.pre_save_hook = "portlab.course.saving.without_widgets"
    config.LabApp.default_url = f"/lab/tree/{first_page}" if first_page else "/lab"
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = NeverCheckForUpdate
    config.LabApp.extension_manager = "readonly"
    config.LabApp.user_settings_dir = str(own)
    config.LabApp.workspaces_dir = str(workspaces)
    return config


def start(config: Config, say: Callable[[str], None]) -> None:
    """Listen, and return when everything has ended. SystemExit where no port is free."""
    CourseServer.settings, CourseServer.say = config, say
    server = CourseServer.instance(jpserver_extensions={"jupyterlab": True})
    server.initialize(argv=[], starter_extension="lab")
    server.start()


def _quiet_page(handler: object, page: dict[str, Any]) -> dict[str, Any]:
    """Leave out the parts of the page that look things up on the web."""
    disabled = set(page.get("disabledExtensions", ()))
    disabled |= {
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/extensionmanager-extension",
    }
    return {**page, "disabledExtensions": sorted(disabled)}
