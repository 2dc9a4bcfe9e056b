"""TCP as RFC 9293 describes it: takes segments and the time; says what to do, and why.

`endpoint` holds the calls of the program and what is drained after each; `arrival` what a segment
does; `sending` and `receiving` the two sequence spaces; `states` the one table of moves. What is
not modelled is written in docs/architecture.md.
"""

from portlab.tcp.config import DEFAULT, Config
from portlab.tcp.endpoint import Endpoint, Event
from portlab.tcp.listener import Listener
from portlab.tcp.reset import reset_for
from portlab.tcp.sequence import Seq
from portlab.tcp.states import TRANSITIONS, Cause, State, Transition

__all__ = [
    "DEFAULT",
    "TRANSITIONS",
    "Cause",
    "Config",
    "Endpoint",
    "Event",
    "Listener",
    "Seq",
    "State",
    "Transition",
    "reset_for",
]
