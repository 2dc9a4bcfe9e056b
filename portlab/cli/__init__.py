"""The command line: `portlab lab`, `doctor`, `handshake`, `show`, `script`, `port`, `quiz`, ...

A thin shell. What a command does is done elsewhere and imported when it is asked for, because
half of a short command's time is start-up. Errors are sentences on standard error, with status 2.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from portlab.cli import commands, exporting, linting, port, practising, progress, ranging, values
from portlab.errors import PortlabError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 for an error, 130 after Ctrl-C.

    A command may give another one itself, as `script` gives 1 where a script has failed.
    """
    status = 0
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and stream.errors != "replace":
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?"
    try:
        parser = _parser()
        options = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
        if options.command is None:
            parser.print_help()
        else:
            with warnings.catch_warnings():
                warnings.showwarning = _warn
                status = options.command(options) or 0
        if sys.stdout:  # None where it was closed before we began
            sys.stdout.flush()
    except PortlabError as error:
        print(f"portlab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _give_up_output()  # whoever read it has enough
        return 141
    except OSError as error:
        _give_up_output()
        where = f" ({error.filename})" if error.filename else ""
        print(f"portlab: the system refused: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    return status


def _joined(arguments: Sequence[str]) -> list[str]:
    """`quiz lint` is one command, and `quiz` another, which takes a topic."""
    words = list(arguments)
    if (name := " ".join(words[:2])) in (exporting.NAME, linting.NAME, ranging.NAME):
        words[:2] = [name]
    return words


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    """A sentence, without the line of our source that said it."""
    print(f"portlab: {message}", file=sys.stderr)


def _give_up_output() -> None:
    """Python flushes once more at its end, and would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line that says what is wrong, without repeating the whole usage."""
        self.exit(2, f"portlab: {message}. `{self.prog} --help` shows what can be given.\n")


class _Version(argparse.Action):
    """Looked up when asked for: reading the package's metadata takes time."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"portlab {version('portlab')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="portlab",
        description="Make packets happen and look at them. Nothing leaves this computer.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="print the version and stop")
    parser.set_defaults(command=None)
    kinds = parser.add_subparsers(title="commands", metavar="COMMAND")

    lab = kinds.add_parser(
        "lab",
        help="open the course in JupyterLab",
        description="Open JupyterLab on your own copy of the course. Lessons that are missing are "
        "laid out; what you changed is never overwritten. Prints the address of the page, and "
        "opens it where there is a screen. Ctrl-C ends it.",
    )
    lab.add_argument(
        "folder", metavar="DIR", nargs="?", help="default: portlab-course in your home folder"
    )
    lab.add_argument(
        "--student",
        metavar="NAME",
        help="your name or number, from which your exercises draw their numbers; it is remembered",
    )
    lab.add_argument("--edit", action="store_true", help="open the sources, in a checkout")
    lab.add_argument(
        "--port",
        type=values.port,
        default=8888,
        metavar="N",
        help="port to listen on at 127.0.0.1; another if it is taken (default 8888)",
    )
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.set_defaults(command=commands.lab)

    doctor = kinds.add_parser(
        "doctor",
        help="show what this computer can do",
        description="Try what this computer can do, and name the remedy for what it cannot. "
        "Nothing on it is changed.",
    )
    doctor.add_argument("--json", action="store_true", help="print a list of findings as JSON")
    doctor.set_defaults(command=commands.doctor)

    handshake = kinds.add_parser(
        "handshake",
        help="make a TCP handshake and show it",
        description="Open one TCP connection to port 80 of another host and show what was sent. "
        "On loopback it is a free port of this computer, and shown is what the programs called, or "
        "with --capture the packets themselves.",
    )
    handshake.add_argument(
        "--world",
        type=values.world,
        default="model",
        metavar="model|kernel|loopback",
        help="portlab's own TCP (default), Linux's on portlab's wire, or this computer's sockets",
    )
    handshake.add_argument(
        "--capture",
        action="store_true",
        help="on loopback: show the packets, where the system lets a program see them",
    )
    handshake.add_argument(
        "--drop",
        type=values.number,
        action="append",
        default=[],
        metavar="N",
        help="lose packet N, as the ladder numbers it; may be repeated",
    )
    handshake.add_argument(
        "--loss",
        type=values.share,
        default=0.0,
        metavar="P",
        help="lose each packet with probability P, from 0 to 1",
    )
    handshake.add_argument(
        "--seed",
        type=values.whole,
        default=0,
        metavar="N",
        help="same seed, same packets (default 0)",
    )
    handshake.add_argument(
        "--save",
        type=values.capture,
        metavar="FILE",
        help="write the packets to FILE.pcapng or FILE.pcap; a file of that name is replaced",
    )
    handshake.add_argument(
        "--why",
        action="store_true",
        help="say beneath each packet why it was sent, and by which section of which RFC; of real "
        "packets, what an observer infers",
    )
    handshake.set_defaults(command=commands.handshake)

    show = kinds.add_parser(
        "show",
        help="show a capture file of Wireshark or tcpdump",
        description="Show the packets of a capture file as ladders.",
    )
    show.add_argument("file", metavar="FILE", help="a .pcap or .pcapng file, also gzipped")
    show.add_argument(
        "--conversation",
        type=values.number,
        metavar="N",
        help="only the Nth conversation, in the order of their first packets",
    )
    show.add_argument(
        "--first", type=values.number, metavar="N", help="read only N packets of the file"
    )
    show.add_argument(
        "--why",
        action="store_true",
        help="say beneath each packet what an observer infers: what it answers and acknowledges, "
        "and of a retransmission, a reset and the like, why it is taken for one. Why its sender "
        "sent it stands in no capture",
    )
    show.set_defaults(command=commands.show)

    _add_script(kinds)
    port.add_to(kinds)
    practising.add_to(kinds)
    progress.add_to(kinds)
    ranging.add_to(kinds)
    linting.add_to(kinds)
    exporting.add_to(kinds)

    for command in (handshake, show):
        command.add_argument(
            "--figure",
            type=values.figure,
            metavar="FILE",
            help="draw the ladder into FILE.png, FILE.svg or FILE.pdf; a file of that name is "
            "replaced",
        )
        command.add_argument(
            "--json",
            action="store_true",
            help="print a list of records as JSON instead of the ladder: `time` and `arrival` are "
            "seconds since 2026-01-01T00:00Z, where the model's clock starts, and `unix_time` is "
            "`time` since 1970",
        )
    return parser


def _add_script(kinds: "argparse._SubParsersAction[_Parser]") -> None:
    script = kinds.add_parser(
        "script",
        help="play scripts of segments, as packetdrill writes them",
        description="Play scripts of segments against portlab's own TCP, in virtual time: what is "
        "sent to a host, what it must answer, and what its system calls return. Prints pass, fail "
        "or skip for each, and ends with status 1 if one has failed. The options say what the "
        "scripts assume of the host.",
    )
    script.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a script, often named *.pkt; a folder, for every *.pkt in it and below; or a pattern "
        "in quotes",
    )
    script.add_argument(
        "--json",
        action="store_true",
        help="print a list of outcomes as JSON, with the packets; `time` and `arrival` are seconds "
        "since 2026-01-01T00:00Z",
    )
    script.add_argument(
        "--mss",
        type=values.within(1, 0xFFFF),
        default=1460,
        metavar="N",
        help="largest payload in bytes, 20 less over IPv6 (default 1460)",
    )
    script.add_argument(
        "--window",
        type=values.within(1, 1 << 30),
        default=1 << 18,
        metavar="N",
        help="receive buffer in bytes (default 262144)",
    )
    script.add_argument(
        "--wscale",
        type=values.within(0, 14),
        default=8,
        metavar="N",
        help="shift of the window that the host offers (default 8)",
    )
    script.add_argument(
        "--no-sack", dest="sack", action="store_false", help="no selective acknowledgments"
    )
    script.add_argument(
        "--no-timestamps", dest="timestamps", action="store_false", help="no timestamps option"
    )
    script.add_argument(
        "--ip-version",
        choices=("ipv4", "ipv6"),
        metavar="ipv4|ipv6",
        help="whatever the script says (default: what it says, or ipv4)",
    )
    script.set_defaults(command=commands.script)
