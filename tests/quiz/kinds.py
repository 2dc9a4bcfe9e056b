"""A question of each kind, as a file has it."""

from pathlib import Path

from portlab.quiz import bank
from portlab.quiz.question import Question

COMMON = """\
  covers: [T1]
  difficulty: 2
  explanation: So it is.
  reference: RFC 9293 section 3.5
"""
ONE = f"""\
- id: first-of-a-handshake
  kind: one choice
{COMMON}  prompt: Which segment comes first?
  choices:
    - text: ACK
      why: It answers, and nothing was said yet.
    - text: SYN
    - text: FIN
      why: It ends a conversation.
  key: SYN
"""
MANY = f"""\
- id: segments-with-syn
  kind: many choices
{COMMON}  prompt: Which segments of a handshake carry SYN?
  choices:
    - text: the first
    - text: the second
    - text: the third
      why: It acknowledges and no more.
  key: [the first, the second]
"""
NUMBER = f"""\
- id: segments-of-a-handshake
  kind: number
{COMMON}  prompt: How many segments has a handshake?
  key: 3
  mistakes:
    - answer: 4
      why: SYN and ACK go together.
"""
TEXT = f"""\
- id: state-after-syn
  kind: short text
{COMMON}  prompt: In which state does a client wait for the answer to its SYN?
  key: SYN-SENT
  mistakes:
    - answer: LISTEN
      why: That is where a server waits.
"""
MATCH = f"""\
- id: who-sends-what
  kind: match
{COMMON}  prompt: Which segment does what?
  pairs:
    - left: SYN
      right: opens
      why: It comes before all others.
    - left: FIN
      right: ends one side
      why: The other side may go on.
    - left: RST
      right: ends both sides
      why: Nothing can be sent after it.
  others: [carries a name]
"""
ORDER = f"""\
- id: handshake-in-order
  kind: order
{COMMON}  prompt: Put the handshake in order.
  items: [SYN, "SYN,ACK", ACK]
"""
FILL = f"""\
- id: fill-second-segment
  kind: fill the fields
{COMMON}  prompt: The second segment of this handshake, please.
  shown: |
    1  SYN      seq=1000
    2  SYN,ACK  seq=5000  ack=?
  blanks:
    - name: ack
      key: 1001
      mistakes:
        - answer: 1000
          why: The SYN counts as one.
    - name: direction
      key: server to client
      accept: [from the server]
"""
EVERY = (ONE, MANY, NUMBER, TEXT, MATCH, ORDER, FILL)


def made(folder: Path, text: str) -> Question:
    file = folder / "05.yaml"
    file.write_text(text)
    (question,) = bank.load([file])
    return question
