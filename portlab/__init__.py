"""portlab: make packets happen and look at them.

Everything a lesson needs can be had from here; each name is imported when it is first used, so
that `import portlab` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portlab import apps as apps
    from portlab.claims import claim as claim
    from portlab.course.exercises import check as check
    from portlab.course.exercises import exercise as exercise
    from portlab.course.exercises import hint as hint
    from portlab.course.exercises import solution as solution
    from portlab.course.exercises import student as student
    from portlab.course.recording import on_linux as on_linux
    from portlab.course.recording import recording as recording
    from portlab.course.report import doctor as doctor
    from portlab.errors import PortlabError as PortlabError
    from portlab.lab import Lab as Lab
    from portlab.lab import run as run
    from portlab.network.faults import delay as delay
    from portlab.network.faults import drop as drop
    from portlab.network.faults import duplicate as duplicate
    from portlab.network.link import Link as Link
    from portlab.ports import port_range as port_range
    from portlab.quiz.closing import questions as questions
    from portlab.quiz.mastery import mastery as mastery
    from portlab.quiz.prediction import compare as compare
    from portlab.quiz.prediction import predict as predict
    from portlab.quiz.sittings import exam as exam
    from portlab.quiz.sittings import port_range_quiz as port_range_quiz
    from portlab.quiz.sittings import practice as practice
    from portlab.quiz.sittings import review as review
    from portlab.services import Service as Service
    from portlab.services import search as search
    from portlab.services import service as service
    from portlab.system.network.computer import this_computer as this_computer
    from portlab.system.port_rules import port_rules as port_rules
    from portlab.tools.address import ask_for_address as ask_for_address
    from portlab.tools.address import give_back as give_back
    from portlab.tools.files import fetch_file as fetch_file
    from portlab.tools.lookup import lookup as lookup
    from portlab.tools.mail import fetch_mail as fetch_mail
    from portlab.tools.mail import send_mail as send_mail
    from portlab.tools.neighbours import ask_neighbours as ask_neighbours
    from portlab.tools.neighbours import smb_dialect as smb_dialect
    from portlab.tools.tls import tls as tls
    from portlab.trace.analysis import analyse as analyse
    from portlab.trace.capture import load as load
    from portlab.trace.capture import save as save
    from portlab.trace.conversations import conversations as conversations
    from portlab.trace.cost import cost as cost
    from portlab.trace.trace import Trace as Trace
    from portlab.views.costs import costs as costs
    from portlab.views.header import header as header
    from portlab.views.hearing import heard as heard
    from portlab.views.layers import layers as layers
    from portlab.views.overheard import overheard as overheard
    from portlab.views.picture import ladder as ladder
    from portlab.views.port_map import port_map as port_map
    from portlab.views.ports.own import listening_ports as listening_ports
    from portlab.views.table import table as table

_HOMES = {
    "Lab": "portlab.lab",
    "Link": "portlab.network.link",
    "PortlabError": "portlab.errors",
    "Service": "portlab.services",
    "Trace": "portlab.trace.trace",
    "analyse": "portlab.trace.analysis",
    "ask_for_address": "portlab.tools.address",
    "ask_neighbours": "portlab.tools.neighbours",
    "check": "portlab.course.exercises",
    "claim": "portlab.claims",
    "compare": "portlab.quiz.prediction",
    "conversations": "portlab.trace.conversations",
    "cost": "portlab.trace.cost",
    "costs": "portlab.views.costs",
    "delay": "portlab.network.faults",
    "doctor": "portlab.course.report",
    "drop": "portlab.network.faults",
    "duplicate": "portlab.network.faults",
    "exam": "portlab.quiz.sittings",
    "exercise": "portlab.course.exercises",
    "fetch_file": "portlab.tools.files",
    "fetch_mail": "portlab.tools.mail",
    "give_back": "portlab.tools.address",
    "heard": "portlab.views.hearing",
    "hint": "portlab.course.exercises",
    "header": "portlab.views.header",
    "ladder": "portlab.views.picture",
    "layers": "portlab.views.layers",
    "listening_ports": "portlab.views.ports.own",
    "load": "portlab.trace.capture",
    "lookup": "portlab.tools.lookup",
    "mastery": "portlab.quiz.mastery",
    "on_linux": "portlab.course.recording",
    "overheard": "portlab.views.overheard",
    "port_map": "portlab.views.port_map",
    "port_range": "portlab.ports",
    "port_range_quiz": "portlab.quiz.sittings",
    "port_rules": "portlab.system.port_rules",
    "practice": "portlab.quiz.sittings",
    "predict": "portlab.quiz.prediction",
    "questions": "portlab.quiz.closing",
    "recording": "portlab.course.recording",
    "review": "portlab.quiz.sittings",
    "run": "portlab.lab",
    "save": "portlab.trace.capture",
    "search": "portlab.services",
    "service": "portlab.services",
    "send_mail": "portlab.tools.mail",
    "smb_dialect": "portlab.tools.neighbours",
    "solution": "portlab.course.exercises",
    "state_diagram": "portlab.views.state_diagram",
    "student": "portlab.course.exercises",
    "table": "portlab.views.table",
    "this_computer": "portlab.system.network.computer",
    "tls": "portlab.tools.tls",
}

__all__ = [*_HOMES, "apps"]


def __getattr__(name: str) -> Any:
    if name == "apps":
        return import_module("portlab.apps")
    if name not in _HOMES:
        raise AttributeError(f"module 'portlab' has no attribute {name!r}")
    # Views tell a Trace how to show itself, and everything here may end in a Trace.
    import_module("portlab.views")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
