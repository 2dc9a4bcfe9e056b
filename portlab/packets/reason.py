"""Why something was done: one sentence, and where it is written.

Reasons are constants made once. A sentence may name fields of the packet it stands beside, as in
`acknowledges everything before {ack}`; they are filled in only when someone looks.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`sentence` may hold `{seq}`, `{ack}`, `{length}` and `{window}`; `section` is of `rfc`.

    By itself it prints with the names that the RFC gives those fields.

    >>> print(Reason(9293, "3.4", "Acknowledges all before {ack}."))
    Acknowledges all before SEG.ACK. (RFC 9293 3.4)
    """

    rfc: int
    section: str
    sentence: str

    def fill(self, **fields: object) -> str:
        """The sentence with the numbers of one packet put in.

        >>> Reason(9293, "3.4", "Acknowledges all before {ack}.").fill(ack=101)
        'Acknowledges all before 101.'
        """
        return self.sentence.format(**fields)

    @property
    def source(self) -> str:
        """Where it is written, as `RFC 9293 3.4`."""
        return f"RFC {self.rfc} {self.section}"

    def __str__(self) -> str:
        named = self.fill(seq="SEG.SEQ", ack="SEG.ACK", length="SEG.LEN", window="SEG.WND")
        return f"{named} ({self.source})"
