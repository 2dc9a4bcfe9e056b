"""How long a learner waits for questions: the bank from its copy, and twenty of everything."""

import os
import tempfile
from time import perf_counter

from benchmarks import Row, median
from portlab.quiz import bank, sittings

ROUNDS = 9


def measure() -> list[Row]:
    """Milliseconds; each sitting has a seed of its own, so that nothing of it is there already."""
    before = os.environ.get("PORTLAB_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PORTLAB_HOME"] = home
        try:
            files = bank.files()
            bank.load(files)  # makes the copy
            loads, opens = [], []
            for seed in range(ROUNDS):
                start = perf_counter()
                bank.load(files)
                loads.append(1000 * (perf_counter() - start))
                start = perf_counter()
                sittings.practice(count=20, seed=1000 + seed).state()
                opens.append(1000 * (perf_counter() - start))
        finally:
            if before is None:
                del os.environ["PORTLAB_HOME"]
            else:
                os.environ["PORTLAB_HOME"] = before
    return [
        ("the bank, from its copy (ms)", median(loads), "<=", 250),
        ("a session of 20 questions, written and generated, opened (ms)", median(opens), "<=", 300),
    ]
