"""A flag is raised once, for all who wait; Ctrl-C in the midst of a wait is Ctrl-C and no more."""

import signal
import threading

import pytest

from portlab.worlds.sockets.flag import Flag


def test_it_is_raised_for_all_who_wait_and_for_those_who_come_later() -> None:
    flag, told = Flag(), []
    waiting = [
        threading.Thread(target=lambda: told.append(flag.wait(60)), daemon=True) for _ in range(5)
    ]
    for thread in waiting:
        thread.start()
    flag.up()
    flag.up()
    for thread in waiting:
        thread.join(60)
    assert told == [True] * 5
    assert flag.raised
    assert flag.wait(60)


def test_who_has_waited_long_enough_is_told_that_it_was_not_raised() -> None:
    flag = Flag()
    assert not flag.wait(0.001)
    assert not flag.wait(-1)  # the time is up already
    assert not flag.raised


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers of this kind")
def test_a_wait_is_broken_off_by_the_interrupt_itself() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def wait_for_ever(flag: Flag, moment: int) -> None:
        signal.setitimer(signal.ITIMER_REAL, moment * 0.000_003)
        while True:
            flag.wait(0.000_1)

    handler = signal.signal(signal.SIGALRM, interrupt)
    try:
        for moment in range(1, 300):
            flag = Flag()
            with pytest.raises(KeyboardInterrupt):
                wait_for_ever(flag, moment)
            flag.up()
            assert flag.wait(60)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
