"""The table of costs says what was counted, in text and as Markdown."""

import pytest

from portlab import Lab, PortlabError, apps, costs, drop, run
from portlab.trace.cost import cost


def ask(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(7, apps.Echo())
    client.udp().send_to(bytes(1000), server, 7)


TRACES = {"good | line": run(ask), "bad_line": run(ask, faults=[drop(1)])}


def test_the_text_is_an_aligned_table() -> None:
    assert str(costs(TRACES)).split("\n") == [
        "             packets  of them lost  bytes  round trips  answer after",
        "good | line        2             0  2,056            1         20 ms",
        "bad_line           1             1  1,028            -     no answer",
    ]


def test_markdown_has_the_same_cells() -> None:
    bundle = costs(TRACES)._repr_mimebundle_()
    assert bundle["text/plain"] == str(costs(TRACES))
    head, rule, first, second = bundle["text/markdown"].split("\n")
    assert head == "||packets|of them lost|bytes|round trips|answer after|"
    assert rule.count("---:") == 5
    assert first == r"|good \| line|2|0|2,056|1|20 ms|"
    assert second == r"|bad\_line|1|1|1,028|-|no answer|"


def test_the_numbers_can_be_had_as_well() -> None:
    assert costs(TRACES)["bad_line"] == cost(TRACES["bad_line"])


@pytest.mark.parametrize("given", [run(ask), {"one": "trace"}, {"one": None}])
def test_costs_are_counted_of_traces_by_name(given) -> None:
    with pytest.raises(PortlabError, match=r'Write costs\({"UDP": one, "TCP": other}\)'):
        costs(given)
