"""What a host keeps to itself, so that nobody outside can guess its ports and sequence numbers."""

from random import Random

from portlab.apps.app import Address


class Secret:
    """A keyed hash, the F of RFC 6056 section 3.3.3 and RFC 9293 section 3.4.1.

    The key is made from the lab's seed and the host's name, so that the same seed gives the same
    numbers everywhere. The hash is the one that Python seeds its generator with (SHA-512, the same
    on every platform): good enough for a network in which nobody attacks, and no loading of a
    library of ciphers.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def hash(self, purpose: str, *ends: Address) -> int:
        """32 bits that depend on the key and on everything given."""
        return Random(f"{self._key} {purpose} {ends}").getrandbits(32)
