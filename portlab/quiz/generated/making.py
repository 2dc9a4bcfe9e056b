"""All generators by name, and making a question with one of them."""

from random import Random
from typing import Protocol

from portlab.errors import QuizError
from portlab.quiz.generated import (
    calls,
    firewalls,
    outcomes,
    ranges,
    relocation,
    rules,
    services,
    traces,
)
from portlab.quiz.generated.subjects import UnknownSubject
from portlab.quiz.question import Question


class Generator(Protocol):
    """A function of chance. `subject` is what to ask about, as an id of it ends; those that make a
    new conversation each time take no notice of it."""

    def __call__(self, chance: Random, subject: str = "") -> Question: ...


GENERATORS: dict[str, Generator] = {
    "service-of-port": services.service_of_port,
    "port-of-service": services.port_of_service,
    "transport-of-service": services.transport_of_service,
    "range-of-port": ranges.range_of_port,
    "number-in-range": ranges.number_in_range,
    "edge-of-range": ranges.edge_of_range,
    "whose-port": calls.whose_port,
    "other-number": calls.other_number,
    "what-to-write": relocation.what_to_write,
    "without-number": relocation.without_number,
    "found-by-scan": relocation.found_by_scan,
    "right-to-listen": relocation.right_to_listen,
    "rule-to-let-in": firewalls.rule_to_let_in,
    "past-the-firewall": firewalls.past_the_firewall,
    "client-or-server": traces.side_of_conversation,
    "next-ack": traces.next_ack,
    "hidden-fields": traces.hidden_fields,
    "order-of-segments": traces.shuffled_segments,
    "state-after": traces.state_after,
    "what-the-client-sees": outcomes.outcome_of_connecting,
    "which-rule": rules.which_rule,
}


def generate(name: str, seed: int) -> Question:
    """One question from the generator `name`; the same `seed` gives the same.

    Raises QuizError for a name that is none.

    >>> generate("range-of-port", 3).kind
    'one choice'
    """
    if name not in GENERATORS:
        raise QuizError(f"No generator is called {name!r}. There are: {', '.join(GENERATORS)}.")
    return GENERATORS[name](Random(f"{name} {seed}"))


def again(id: str, seed: int) -> Question | None:
    """Another question about what `id` was about; None for an id that no generator gives now.

    The same service or number, mixed anew, or another conversation of the same kind.

    >>> again("made-range-of-port-1024", 5).prompt
    'To which range does port 1024 belong?'
    """
    for name, make in GENERATORS.items():
        if id.startswith(f"made-{name}-"):
            try:
                return make(Random(f"{id} {seed}"), id.removeprefix(f"made-{name}-"))
            except UnknownSubject:  # from another portlab, which asked about more
                return None
    return None
