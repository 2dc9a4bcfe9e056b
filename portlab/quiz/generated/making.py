"""All generators by name, and making a question with one of them."""

from collections.abc import Callable
from random import Random

from portlab.errors import QuizError
from portlab.quiz.generated import outcomes, ranges, services, traces
from portlab.quiz.question import Question

Generator = Callable[[Random], Question]

GENERATORS: dict[str, Generator] = {
    "service-of-port": services.service_of_port,
    "port-of-service": services.port_of_service,
    "transport-of-service": services.transport_of_service,
    "range-of-port": ranges.range_of_port,
    "client-or-server": traces.side_of_conversation,
    "next-ack": traces.next_ack,
    "hidden-fields": traces.hidden_fields,
    "order-of-segments": traces.shuffled_segments,
    "state-after": traces.state_after,
    "what-the-client-sees": outcomes.outcome_of_connecting,
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
