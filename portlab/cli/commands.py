"""The commands themselves: each calls what lies below, imported only here where it is used.

A short command spends half of its time on start-up; nothing is imported before it is needed.
"""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from portlab.errors import PortlabError

if TYPE_CHECKING:
    from portlab.lab import Lab
    from portlab.trace.trace import Trace


def lab(options: argparse.Namespace) -> None:
    from pathlib import Path

    from portlab import material
    from portlab.course.jupyter import serve
    from portlab.course.learner_copy import lay_out, left_off
    from portlab.system import course_folder

    def say(line: str) -> None:
        print(line, flush=True)

    if options.student is not None:
        from portlab.course.exercises import student

        say(str(student(options.student)))
    first_page = ""
    if options.edit:
        if options.folder:
            raise PortlabError(
                "--edit opens the sources where they are, so DIR has no place beside it. "
                "Leave one of the two away."
            )
        folder = material.checkout_notebooks()
        say(f"These are the sources of the course, in {folder}.")
    else:
        folder = Path(options.folder) if options.folder else course_folder()
        folder = folder.absolute()
        source = material.notebooks()
        done = lay_out(source, folder)
        say(f"Your copy of the course is in {folder}.")
        for names, what in (
            (done.added, "Laid out"),
            (done.renewed, "Renewed, because you had not changed it"),
            (
                done.kept,
                "Kept as you changed it, though a newer one exists (rename yours to get it)",
            ),
        ):
            if names:
                say(f"{what}: {', '.join(names)}.")
        first_page = left_off(source, folder, material.lessons())
    serve(folder, first_page=first_page, port=options.port, browser=not options.no_browser, say=say)


def doctor(options: argparse.Namespace) -> None:
    from portlab.course import doctor

    findings = doctor.examine()
    if options.json:
        import json
        from dataclasses import asdict

        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        print(doctor.table(findings))


def handshake(options: argparse.Namespace) -> None:
    from portlab.lab import run
    from portlab.network.faults import drop
    from portlab.network.link import Link

    if options.world == "loopback" and (options.drop or options.loss):
        raise PortlabError(
            "--drop and --loss need a wire of portlab's own, and on loopback this computer's "
            "kernel moves the packets. Leave --world away: the model world loses what you say, as "
            "the kernel world does."
        )

    def experiment(lab: "Lab") -> None:
        server, client = lab.hosts("server", "client")
        listener = server.listen(0 if lab.world == "loopback" else 80)
        client.connect(server, listener.port)
        if lab.world == "loopback":
            listener.accept()  # a call that is seen, where packets are not

    trace = run(
        experiment,
        world=options.world,
        seed=options.seed,
        faults=[drop(number) for number in options.drop],
        link=Link(loss=options.loss) if options.loss else None,
        capture=options.capture,
    )
    trace.title = "TCP handshake"
    _put(trace, options)


def show(options: argparse.Namespace) -> None:
    from portlab.trace.capture import load

    trace = whole = load(options.file, first=options.first)
    if options.conversation:
        from portlab.trace.conversations import conversations

        found = conversations(trace)
        if options.conversation > len(found):
            raise PortlabError(
                f"{options.file} has no conversation {options.conversation}: the last one is "
                f"number {len(found)}. Leave --conversation away to see them all."
            )
        trace = found[options.conversation - 1].trace
    _put(trace, options)
    if whole.error:
        raise whole.error  # what could be read is shown, and yet something is wrong


def script(options: argparse.Namespace) -> int:
    """1 if a script failed, or could not be read."""
    from portlab.errors import ScriptError
    from portlab.scripts import Assumed, Outcome, play
    from portlab.scripts.outcome import summary

    assumed = Assumed(
        mss=options.mss,
        window=options.window,
        wscale=options.wscale,
        sack=options.sack,
        timestamps=options.timestamps,
        ip_version=options.ip_version,
    )
    outcomes = []
    for file in _scripts(options.files):
        try:
            outcome = play(_bytes_of(file), name=file, assumed=assumed)
        except ScriptError as error:
            outcome = Outcome(file, "fail", f"It cannot be read: {error}")
        outcomes.append(outcome)
        if not options.json:
            print(outcome.report(_width()))
    if options.json:
        import json

        print(json.dumps([outcome.as_dict() for outcome in outcomes], indent=1))
    else:
        print(summary(outcomes))
    return int(any(outcome.status == "fail" for outcome in outcomes))


def _scripts(given: list[str]) -> list[str]:
    """The files that are meant: of a folder all *.pkt under it; patterns, for shells without."""
    from glob import escape, glob

    found = []
    for one in given:
        if os.path.isdir(one):
            files = sorted(glob(os.path.join(escape(one), "**", "*.pkt"), recursive=True))
        elif not os.path.exists(one) and any(sign in one for sign in "*?["):
            files = sorted(glob(one, recursive=True))
        else:
            files = [one]
        if not files:
            raise PortlabError(
                f"No script is meant by {one}: a folder stands for every *.pkt in it and below, a "
                "pattern such as 'close*.pkt' for what it fits. Is it the right folder?"
            )
        found += files
    return found


def _bytes_of(file: str) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as error:
        raise PortlabError(
            f"{file} cannot be read: {error.strerror}. Give the path of a script, such as "
            "tests/scripts/listen/syn.pkt in a checkout."
        ) from error


def _put(trace: "Trace", options: argparse.Namespace) -> None:
    """Everything a command can do with its trace, files first: then what is printed is true."""
    if getattr(options, "save", None):
        from portlab.trace.capture import save

        save(trace, options.save)
        _say_written(options.save)
    if options.json and not options.figure:
        _put_json(trace)
        return
    from portlab.views.picture import ladder

    shown = ladder(trace)
    if options.figure:
        shown.save(options.figure)
        _say_written(options.figure)
    if options.json:
        _put_json(trace)
    else:
        print(shown.text(why=options.why, width=_width()))


def _say_written(file: str) -> None:
    """On standard error, for what is printed may go on into another program."""
    print(f"Wrote {file}.", file=sys.stderr)


def _put_json(trace: "Trace") -> None:
    import json

    from portlab.trace.json import as_dicts

    print(json.dumps(as_dicts(trace), indent=1))


def _width() -> int:
    """Columns for a ladder: 100, or what a narrower terminal has; a file gets the same anywhere."""
    try:
        return max(60, min(100, os.get_terminal_size().columns))
    except (OSError, ValueError):
        return 100
