"""The same scripts against the Linux kernel, through a TUN device and in real time.

Which packets, in which order, and what the calls return is judged; how late it was is not, nor by
how much windows are scaled, which depends on the computer. Where Linux does something else
`differences.py` says what and why: a new difference fails, and so does one that has gone.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from portlab.scripts.reader import read
from portlab.scripts.settings import settings
from tests.oracle.kernel_under_test import offered_scale, play_on_kernel
from tests.requires import needs
from tests.scripts.differences import DIFFERENCES, NOT_PLAYED
from tests.scripts.ours import NAMES, text

needs("kernel")

AT_ONCE = 6  # most of each is waiting
# On a computer that is too busy Linux's own timers run out between two lines. Measured: 390 plays
# on two cores, with other tests beside them, and none needed a second try. So more tries are
# granted, but to a few scripts only: what comes out now so and now so is no truth about Linux.
TRIES = 3
MOST_REPEATED = 4
PLAYED = [name for name in NAMES if name not in NOT_PLAYED]


def told(outcome):
    """(line, what was seen) as `differences.py` writes it; None for a script that was met."""
    if outcome.status == "fail":
        line = outcome.text.partition(" ")[2].strip()
        return line, bare(outcome.seen) or "nothing"
    if outcome.unasked:
        return None, bare(outcome.unasked[0].partition(" 50000 ")[2])
    return None


def bare(packet):
    """Flags and numbers, without what differs from one computer to the next."""
    return packet.partition(" win ")[0]


def expected(name):
    known = DIFFERENCES.get(name)
    return (known.line, known.seen) if known else None


def played(name):
    script = read(text(name).replace("wscale 8", f"wscale {offered_scale()}"), name)
    tries, outcome = 0, None
    while outcome is None or (told(outcome) != expected(name) and tries < TRIES):
        tries, outcome = tries + 1, play_on_kernel(script, settings(script))
    return outcome, tries


@pytest.fixture(scope="module")
def outcomes(request):
    """Those that were asked for, all under way at once."""
    asked = [item.callspec.params["name"] for item in request.session.items if is_ours(item)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: pool.submit(played, name) for name in asked}


def is_ours(item):
    module = getattr(item, "module", None)
    return getattr(module, "__name__", "") == __name__ and hasattr(item, "callspec")


@pytest.mark.parametrize("name", PLAYED)
def test_linux_does_what_the_script_says(outcomes, name):
    outcome, _ = outcomes[name].result()
    why = DIFFERENCES[name].why if name in DIFFERENCES else "it is in no list"
    assert told(outcome) == expected(name), f"{why}\n{outcome.report()}"


def test_hardly_any_needed_a_second_try(outcomes):
    """Of those that were met in the end; the others have failed above."""
    results = {name: one.result() for name, one in outcomes.items()}
    again = [
        name
        for name, (outcome, tries) in results.items()
        if tries > 1 and told(outcome) == expected(name)
    ]
    assert len(again) <= MOST_REPEATED, again


def test_every_difference_is_about_a_script():
    assert set(DIFFERENCES) | set(NOT_PLAYED) <= set(NAMES)
    assert not set(DIFFERENCES) & set(NOT_PLAYED)
