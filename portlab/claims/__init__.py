"""The room of the claims: what tutorials say, put to the test.

Each claim has the number of the course's list, what is right instead and where that is written,
and a test that runs. The tests stand by subject; how they are shown elsewhere is not known here.
"""

from portlab.claims import (
    asking,
    choosing,
    opening,
    ports,
    ranges,
    remote,
    silence,
    symptoms,
    words,
)
from portlab.claims.trial import Claim, Evidence, Finding, Trial, TriedClaim
from portlab.errors import LabError
from portlab.wording import listed

CLAIMS: dict[int, Claim] = {
    one.number: one
    for one in sorted(
        (
            *asking.CLAIMS,
            *choosing.CLAIMS,
            *opening.CLAIMS,
            *ports.CLAIMS,
            *ranges.CLAIMS,
            *remote.CLAIMS,
            *silence.CLAIMS,
            *symptoms.CLAIMS,
            *words.CLAIMS,
        ),
        key=lambda one: one.number,
    )
}
"""All claims of this version, by number and in its order."""

__all__ = ["CLAIMS", "Claim", "Evidence", "Finding", "Trial", "TriedClaim", "claim"]


def claim(number: int, *, world: str | None = None) -> TriedClaim:
    """Put a claim to the test: the statement, what was seen, the verdict and its authority.

    `world` None takes the model world. Raises LabError for a number that no claim has, WorldError
    for a world that cannot show it.

    >>> from portlab import claim
    >>> claim(4).holds, claim(4).verdict
    (False, 'false')
    """
    known = CLAIMS.get(number) if isinstance(number, int) else None
    if isinstance(number, str) and number.strip().isdecimal():
        raise LabError(f"Give the number without quotes: claim({int(number)}).")
    if known is None:
        raise LabError(f"There is no claim {number!r} in this version. There are {listed(CLAIMS)}.")
    if world is None and not known.trials:
        return TriedClaim(known, None)
    return TriedClaim(known, known.evidence("model" if world is None else world))
