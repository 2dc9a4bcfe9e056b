"""The room of the generators: questions made from the catalogue, the registry and real traces.

A generator is a function of a source of chance (`random.Random`) that gives one Question; the same
seed gives the same question on every computer. The key is computed from the data that the question
is about, never typed in. `generate("next-ack", 7)` makes one, `GENERATORS` has all of them.

    services.py     number to service, service to number, transports
    ranges.py       the range of a number, and where ranges begin and end
    calls.py        whose number is it in a capture, and what if it had been another
    relocation.py   a server on another port: who finds it, who needs a right
    firewalls.py    the same behind a firewall
    talks.py        conversations to ask about: made, captured from Linux, or a learner's own
    traces.py       their ends, acknowledgments, fields, order and states
    outcomes.py     what a client sees: refused, silence, success
    rules.py        the line of an access list that decides about a packet
    subjects.py     what a question was about, read back from its id
    distractors.py  wrong answers that are plausible, and writing a question down
"""

from portlab.quiz.generated.making import GENERATORS, Generator, again, generate

__all__ = ["GENERATORS", "Generator", "again", "generate"]
