"""What this computer can do for a learner, found out by doing it, and the remedy where it cannot.

A probe tries the thing itself and takes it back: sockets on loopback are closed, the kernel's
namespaces and devices live in a child process and go with it.
"""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portlab import system
from portlab.errors import PortlabError

LIBRARIES = (
    "jupyterlab",
    "ipykernel",
    "ipywidgets",
    "matplotlib",
    "scapy",
    "h11",
    "dnslib",
    "cryptography",
    "psutil",
    "platformdirs",
    "fsrs",
    "rich",
)
LAB_PORT = 8888
NOT_NEEDED = "Not needed: the model world shows every packet."
IN_WIRESHARK = 'so Wireshark can capture; Lab("loopback", capture=True) does so on Linux only'


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was tried, whether it works, what was seen, what to do."""

    what: str
    works: bool
    seen: str
    remedy: str | None = None


def examine() -> list[Finding]:
    """Every probe, in the order of the report; takes about two seconds, changes nothing."""
    return [
        _python(),
        _model(),
        _loopback(socket.AF_INET, "127.0.0.1"),
        _loopback(socket.AF_INET6, "::1"),
        _second_address(),
        _low_ports(),
        _client_ports(),
        _kernel(),
        _capture(),
        *_libraries(),
        _lab_port(),
        _browser(),
        _folder("your course", system.course_folder(), "give another: `portlab lab DIR`"),
        _folder("portlab's own files", system.user_folder(), "set PORTLAB_HOME to another"),
        _wireshark(),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), f"{version}, {sys.executable}")


def _model() -> Finding:
    from portlab.lab import Lab

    try:
        with Lab() as lab:
            server, client = lab.hosts("server", "client")
            server.listen(80)
            client.connect(server, 80)
            count = len(lab.trace)
    except PortlabError as error:
        return Finding("model world", False, str(error), "Install portlab again.")
    return Finding("model world", True, f"a handshake of {count} packets")


def _loopback(family: socket.AddressFamily, address: str) -> Finding:
    what = f"loopback world on {address}"
    try:
        with socket.socket(family) as listener:
            listener.bind((address, 0))
            listener.listen()
            with socket.socket(family) as client:
                client.settimeout(5)
                client.connect(listener.getsockname())
        return Finding(what, True, "a connection was made")
    except OSError as error:
        remedy = (
            "Use 127.0.0.1; lessons with IPv6 run in the model world."
            if family is socket.AF_INET6
            else "Allow this Python in the firewall or security software of this computer."
        )
        return Finding(what, False, _words(error), remedy)


def _second_address() -> Finding:
    what = "further loopback addresses"
    try:
        with socket.socket() as listener:
            listener.bind(("127.0.0.2", 0))
        return Finding(what, True, "127.0.0.2 is there")
    except OSError as error:
        remedy = "Not needed. On macOS: `sudo ifconfig lo0 alias 127.0.0.2`."
        return Finding(what, False, f"127.0.0.2: {_words(error)}", remedy)


def _low_ports() -> Finding:
    what = "ports under 1024"
    for port in range(1023, 0, -1):
        try:
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", port))
            return Finding(what, True, f"this user may listen on port {port}")
        except PermissionError:
            remedy = "Not needed: use ports from 1024 in the loopback world; model hosts have all."
            return Finding(what, False, "kept for administrators", remedy)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return Finding(what, False, _words(error), "Use ports from 1024.")
    return Finding(what, False, "all of them are taken", "Use ports from 1024.")


def _client_ports() -> Finding:
    what = "ports for clients"
    ports = system.ephemeral_ports()
    if not ports.read:
        remedy = "Not needed; the system does not say it here."
        return Finding(what, False, "cannot be read on this system", remedy)
    first, last = ports.range.first, ports.range.last
    return Finding(what, True, f"{first} to {last}, chosen by the system for outgoing connections")


def _kernel() -> Finding:
    what = "kernel world"
    if not sys.platform.startswith("linux"):
        remedy = "Not needed. Lessons about a real Linux kernel show their recordings."
        return Finding(what, False, f"this is {sys.platform}, not Linux", remedy)
    from portlab.worlds.kernel.channel import obstacle

    try:
        problem = obstacle()
    except PortlabError as error:
        return Finding(what, False, str(error), NOT_NEEDED)
    if problem is None:
        return Finding(what, True, "a network namespace with a TUN device was made and removed")
    return Finding(what, False, problem.seen, problem.remedy)


def _capture() -> Finding:
    what = "capture by Python"
    if sys.platform.startswith("linux"):
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()  # 0: receives nothing
            return Finding(what, True, 'Lab("loopback", capture=True) shows packets')
        except OSError as error:
            remedy = f"{NOT_NEEDED} Wireshark can be allowed: add yourself to its group."
            return Finding(what, False, f"packet sockets: {_words(error)}", remedy)
    if sys.platform == "win32":
        windows = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))
        if (windows / "System32" / "Npcap" / "wpcap.dll").exists():
            return Finding(what, True, f"Npcap is installed, {IN_WIRESHARK}")
        return Finding(what, False, "no Npcap", f"{NOT_NEEDED} Wireshark's installer brings it.")
    return _capture_by_bpf(what)


def _capture_by_bpf(what: str) -> Finding:
    """The devices of macOS and the BSDs: one that is busy says that one may open them."""
    seen = "no /dev/bpf device"
    for device in sorted(Path("/dev").glob("bpf*")):
        try:
            os.close(os.open(device, os.O_RDONLY))
            return Finding(what, True, f"{device} may be opened, {IN_WIRESHARK}")
        except OSError as error:
            if error.errno != errno.EBUSY:
                seen = f"{device}: {_words(error)}"
                break
    return Finding(what, False, seen, f"{NOT_NEEDED} Wireshark's ChmodBPF package allows it.")


# In a child, because libraries make folders in the user's home and may take Python down with them.
_TRY_IMPORTS = """
import importlib, json, sys
answers, sys.stdout = sys.stdout, sys.stderr
for name in sys.argv[1:]:
    problem = None
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        problem = "not installed" if error.name == name else f"does not import: {error}"
    except Exception as error:
        problem = f"does not import: {error}"
    print(json.dumps([name, problem]), file=answers, flush=True)
"""


def _libraries() -> list[Finding]:
    from importlib import metadata

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _TRY_IMPORTS, *LIBRARIES],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MPLCONFIGDIR": folder},
        )
    problems = dict(map(json.loads, done.stdout.splitlines()))
    findings = []
    for name in LIBRARIES:
        if problem := problems.get(name, "ended Python when it, or one before it, was imported"):
            remedy = f"`{sys.executable} -m pip install --force-reinstall {name}`"
            findings.append(Finding(name, False, problem, remedy))
            continue
        try:
            findings.append(Finding(name, True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            findings.append(Finding(name, True, "present, of an unknown version"))
    return findings


def _lab_port() -> Finding:
    what = f"port {LAB_PORT} for JupyterLab"
    try:
        with socket.create_server(("127.0.0.1", LAB_PORT)):
            return Finding(what, True, "free")
    except OSError as error:
        return Finding(what, False, _words(error), "None needed: `portlab lab` takes another.")


def _browser() -> Finding:
    what = "a browser window"
    remedy = "Open the address that `portlab lab` prints."
    if not system.has_screen():
        return Finding(what, False, "this session has no screen", remedy)
    import webbrowser

    try:
        return Finding(what, True, getattr(webbrowser.get(), "name", "the system's own"))
    except webbrowser.Error as error:
        return Finding(what, False, str(error), remedy)


def _folder(whose: str, folder: Path, otherwise: str) -> Finding:
    what = f"folder for {whose}"
    if problem := system.unwritable_because(folder):
        return Finding(what, False, problem, f"Make it writable, or {otherwise}.")
    return Finding(what, True, str(folder))


def _wireshark() -> Finding:
    what, remedy = (
        "tshark (Wireshark)",
        "Not needed. To read captures outside portlab: wireshark.org.",
    )
    places = (
        "/Applications/Wireshark.app/Contents/MacOS",
        r"C:\Program Files\Wireshark",
    )
    found = shutil.which("tshark") or shutil.which("tshark", path=os.pathsep.join(places))
    if not found:
        return Finding(what, False, "not found", remedy)
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(what, False, f"{found}: {error}", remedy)
    if said.returncode:
        return Finding(what, False, f"{found} ends with status {said.returncode}", remedy)
    return Finding(what, True, said.stdout.partition("\n")[0].strip())


def table(findings: list[Finding]) -> str:
    """The report: one line for each finding, and beneath it the remedy of what is missing."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(
            f"{'yes' if finding.works else 'no':<4} {finding.what:<{width}}  {finding.seen}"
        )
        if not finding.works and finding.remedy:
            lines.append(f"{'':<4} {'':<{width}}  -> {finding.remedy}")
    return "\n".join(lines)


def _words(error: OSError) -> str:
    return error.strerror or str(error)
