"""The commands themselves: each calls what lies below, imported only here where it is used.

A short command spends half of its time on start-up; nothing is imported before it is needed.
"""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portlab.errors import PortlabError

if TYPE_CHECKING:
    from portlab.host import Connection
    from portlab.trace.record import Record
    from portlab.trace.trace import Trace


def lab(options: argparse.Namespace) -> None:
    from pathlib import Path

    from portlab.course import material
    from portlab.course.jupyter import serve
    from portlab.course.learner_copy import lay_out
    from portlab.system import course_folder

    def say(line: str) -> None:
        print(line, flush=True)

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
        done = lay_out(material.notebooks(), folder)
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
        lessons = material.lessons()
        if lessons and lessons[0] in done.added:
            first_page = lessons[0]
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
    from portlab.lab import Lab

    from portlab.errors import ConnectError
    from portlab.network.faults import drop
    from portlab.network.link import Link

    if options.world == "loopback" and (options.drop or options.loss):
        raise PortlabError(
            "--drop and --loss need a wire of portlab's own, and on loopback this computer's "
            "kernel moves the packets. Leave --world away: the model world loses what you say."
        )
    link = Link(loss=options.loss) if options.loss else None
    faults = [drop(number) for number in options.drop]
    outcome = None
    with Lab(options.world, seed=options.seed, faults=faults, link=link) as lab:
        server, client = lab.hosts("server", "client")
        connection: Connection | None = None
        with server.listen(80 if options.world == "model" else 0) as listener:
            try:
                connection = client.connect(server, listener.port)
            except ConnectError as error:
                outcome = f"No connection came about: {error}"
            lab.run()
            # Taken while the connection stands open: how it ends is another lesson.
            trace = lab.trace[:]
            if connection:
                connection.close()
    trace.title = "TCP handshake"
    _put(trace, options)
    if not options.json and outcome:
        print(outcome)
    for number in options.drop:
        if number > len(trace):
            print(f"portlab: --drop {number} met nothing: {len(trace)} were sent.", file=sys.stderr)


def show(options: argparse.Namespace) -> None:
    from portlab.trace.capture import load

    trace = load(options.file, first=options.first)
    start = trace[0].time if len(trace) else 0
    if options.conversation:
        from portlab.trace.conversations import conversations

        found = conversations(trace)
        if options.conversation > len(found):
            raise PortlabError(
                f"{options.file} has {len(found)} conversations, so there is no number "
                f"{options.conversation}. Leave --conversation away to see them all."
            )
        trace = found[options.conversation - 1].trace
    _put(trace, options, start)


def _put(trace: "Trace", options: argparse.Namespace, start: int | None = None) -> None:
    """Everything a command can do with its trace, files first: then what is printed is true."""
    from portlab.views import ladder

    if getattr(options, "save", None):
        from portlab.trace.saving import save

        save(trace, options.save)
    if options.figure:
        ladder(trace).save(options.figure)
    if options.json:
        import json

        if start is None:
            start = trace[0].time if len(trace) else 0
        print(json.dumps([_plain(record, start) for record in trace], indent=1))
        return
    print(ladder(trace).text())
    if options.why:
        for record in trace:
            reason = record.reason
            why = f"{record.why} ({reason.source})" if reason else "nobody can know from outside"
            print(f"{record.number:>4} {why}")


def _plain(record: "Record", start: int) -> dict[str, Any]:
    """A record as JSON shows it: times in seconds from `start`, null for what is not known."""
    return {
        "number": record.number,
        "time": (record.time - start) / 1e6,
        "src": record.src,
        "sport": record.sport,
        "dst": record.dst,
        "dport": record.dport,
        "proto": record.proto,
        "flags": record.flags,
        "seq": record.seq,
        "ack": record.ack,
        "length": record.length,
        "origin": record.origin,
        "fate": record.fate,
        "arrival": None if record.arrival is None else (record.arrival - start) / 1e6,
        "cause": record.cause,
        "state": record.state,
        "call": record.call.name if record.call else None,
        "why": record.why,
        "problem": record.problem,
    }
