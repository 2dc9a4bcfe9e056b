"""Why a segment was sent. Each is a constant; the numbers are filled in when someone looks."""

from portlab.packets.reason import Reason

# Opening
SYN = Reason(
    9293, "3.5", "Asks to open a connection: my SYN is number {seq}, my first byte the next one."
)
SYN_ACK = Reason(
    9293, "3.10.7.2", "Agrees, and expects byte {ack}: my SYN is number {seq}, my first byte next."
)
SYN_ACK_CROSSED = Reason(
    9293, "3.10.7.3", "Answers a SYN that crossed mine, so both sides opened at once."
)
HANDSHAKE_ACK = Reason(9293, "3.10.7.3", "Acknowledges the peer's SYN: both numberings are known.")
SYN_ACK_AGAIN = Reason(
    9293, "3.10.7.4", "The same SYN came again, so my SYN,ACK is lost: it is the answer due again."
)

# Data
DATA = Reason(9293, "3.8", "Carries {length} bytes that the window and the network have room for.")
FIN = Reason(9293, "3.10.4", "No more data will come from this side.")
NEW_DATA_ON_DUPLICATE = Reason(
    3042, "2", "A duplicate ACK means that a segment left the network: one new one may go."
)

# Acknowledging
ACK_SECOND = Reason(
    9293, "3.8.6.3", "Two full segments came: acknowledges everything before {ack} at once."
)
ACK_DELAYED = Reason(
    9293, "3.8.6.3", "Waited to save a segment; now acknowledges everything before {ack}."
)
ACK_EACH = Reason(9293, "3.8.6.3", "Delayed ACKs are off: acknowledges everything before {ack}.")
ACK_OUT_OF_ORDER = Reason(
    5681, "3.2", "A segment came out of order: repeats that {ack} is the next byte expected."
)
ACK_FILLED = Reason(5681, "4.2", "A gap was filled: acknowledges everything before {ack} at once.")
ACK_FIN = Reason(9293, "3.10.7.4", "Acknowledges the peer's FIN, which counts as one byte.")
ACK_UNACCEPTABLE = Reason(
    9293, "3.10.7.4", "What came lies outside the window: says again that {ack} is expected."
)
ACK_OLD_TIMESTAMP = Reason(
    7323, "5.3", "The timestamp is from the past: drops the segment and says what is expected."
)
ACK_UNSENT = Reason(
    9293, "3.10.7.4", "The peer acknowledged what was never sent: says where we really are."
)
WINDOW_UPDATE = Reason(
    9293, "3.8.6.2.2", "The program read its data: the window is open again, {window} as written."
)

# Challenge ACKs
CHALLENGE_RST = Reason(
    5961, "3.2", "A RST in the window but not at its edge: asks the peer to prove itself."
)
CHALLENGE_SYN = Reason(
    5961, "4.2", "A SYN on an open connection: asks the peer whether it means it."
)
CHALLENGE_ACK = Reason(5961, "5.2", "The ACK number is too old to be true: says where we are.")

# Repeating
TIMED_OUT = Reason(
    6298, "5.4", "No acknowledgment came before the timer ran out: sends {seq} again."
)
FAST_RETRANSMIT = Reason(
    5681, "3.2", "Three duplicate ACKs: {seq} is taken for lost without waiting for the timer."
)
NEXT_HOLE = Reason(6582, "3.2", "The ACK moved but stopped at {seq}: that segment is lost too.")
SACK_HOLE = Reason(6675, "5", "The peer has later bytes but not {seq}: fills the hole.")
WINDOW_REOPENED = Reason(
    9293, "3.8.6", "The window opened again: sends what the closed window would not take."
)

# Probing
ZERO_WINDOW_PROBE = Reason(
    9293, "3.8.6.1", "The window is closed: sends one byte to ask whether it has opened."
)
PROBE_AGAIN = Reason(
    9293, "3.8.6.1", "The window is still closed: asks again, waiting longer each time."
)
SILLY_WINDOW_OVERRIDE = Reason(
    9293, "3.8.6.2.1", "Waited for a bigger window in vain: sends what fits."
)
KEEP_ALIVE = Reason(
    9293, "3.8.4", "Nothing was heard for long: an old number makes a living peer answer."
)

# Resetting
RST_CLOSED = Reason(9293, "3.10.7.1", "Nothing listens here: says so.")
RST_LISTEN = Reason(9293, "3.10.7.2", "An ACK for a connection that does not exist.")
RST_BAD_ACK = Reason(
    9293, "3.10.7.3", "The ACK is for a SYN that was never sent: the peer is mistaken."
)
RST_BAD_ACK_SYN_RECEIVED = Reason(
    9293, "3.10.7.4", "The ACK is not for the SYN that was sent: the peer is mistaken."
)
RST_ABORT = Reason(9293, "3.10.5", "The program aborted the connection.")
RST_UNREADABLE = Reason(
    9293, "3.6.1", "Data came that nobody will ever read: says that it is lost."
)
