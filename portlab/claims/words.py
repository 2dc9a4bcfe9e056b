"""Claims about words: nothing to run, something to look up."""

from portlab.claims.trial import Claim

CLAIMS = (
    Claim(
        31,
        "TCP stands for Transmission Connection Protocol.",
        "false",
        "It is the Transmission Control Protocol: that is the title of its standard.",
        "RFC 9293, its title and abstract",
    ),
)
