"""A widget answers the page whatever happens: it would wait for ever, and take no other answer."""

from typing import Any

import pytest

from portlab.errors import QuizError
from portlab.quiz.widget import FAULT, QuestionsWidget


class Asks:
    """What stands behind the widget: raises what it hears, or what its state is to raise."""

    broken: Exception | None = None

    def state(self) -> dict[str, Any]:
        if self.broken:
            raise self.broken
        return {"place": 0}

    def hear(self, message: Any) -> None:
        if message["do"] == "raise":
            raise message["what"]
        self.broken = message.get("what")


def told(message: dict[str, Any], raised: type[Exception] | None = None) -> list[dict[str, Any]]:
    """What the page gets for `message`."""
    widget, sent = QuestionsWidget(Asks()), []
    widget.send = lambda answer: sent.append(answer)
    if raised is None:
        widget._hear(widget, message, [])
    else:
        with pytest.raises(raised):  # who looks for the fault finds the traceback
            widget._hear(widget, message, [])
    return sent


def test_an_answer_that_counts_and_one_that_is_none() -> None:
    assert told({"do": "answer", "ask": "a-1"}) == [{"answer": "a-1"}]
    asks = {"do": "raise", "what": QuizError("No number."), "ask": "a-2"}
    assert told(asks) == [{"answer": "a-2", "problem": "No number."}]


@pytest.mark.parametrize("do", ["raise", "break the state"])
def test_a_fault_of_portlabs_is_told_as_one(do: str) -> None:
    asks = {"do": do, "what": OverflowError(), "ask": "a-3"}
    assert told(asks, OverflowError) == [{"answer": "a-3", "problem": FAULT}]
