"""Certificates made in the lab: an authority, and what it signs for the servers there (RFC 5280).

Keys are Ed25519 (RFC 8410): they cost a tenth of a millisecond, and keys and signatures always
have the same length, so that a handshake has the same sizes every time although its bytes are
random. An authority's own key is kept in memory, and nowhere else: when Python ends, nobody can
sign with it any more. Nothing here looks at a clock. TLS looks at this computer's, in the model
world too; it and the model's own (2026) lie between `SINCE` and `UNTIL`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portlab.errors import LabError

if TYPE_CHECKING:
    from ssl import SSLContext

SINCE = "2000-01-01"
UNTIL = "2049-12-31"
"""From when and until when a certificate holds, unless another day is asked for."""

ORGANISATION = "portlab, for practice only"
_FIRST_SERIAL = 0x1000  # two bytes for the first 28,672 certificates
_GROUP = "prime256v1"


@dataclass(frozen=True, repr=False)
class Certificate:
    """What a server shows (`pem`), for which `names`, until which day, and who signed it; and the
    key that proves it to be its own.
    """

    names: tuple[str, ...]
    until: str
    issuer: str
    pem: str
    _key: Any
    _made: list["SSLContext"] = field(default_factory=list, compare=False)

    def context(self) -> "SSLContext":
        """How the ssl library plays a server that has this certificate; the same one every time.

        It sends no tickets for later (RFC 8446 4.6.1): packets that nobody asked for.
        """
        if not self._made:
            import ssl

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.num_tickets = 0
            _load(context, self.pem.encode(), self._key)
            self._made.append(context)
        return self._made[0]

    def __repr__(self) -> str:
        names, issuer = " and ".join(self.names), f"{self.issuer} ({ORGANISATION})"
        return f"<Certificate for {names}, good until {self.until}, signed by {issuer}>"


class Authority:
    """Signs certificates. A client that trusts it (`pem`) trusts the servers that have one.

    >>> authority = Authority()
    >>> authority.certificate("server", "10.0.0.1").names
    ('server', '10.0.0.1')
    >>> authority.pem.splitlines()[0]
    '-----BEGIN CERTIFICATE-----'
    """

    def __init__(self, name: str = "lab authority") -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.name = name
        self._key = Ed25519PrivateKey.generate()
        self._signed = 0
        self.pem = _pem(_root(name, self._key))

    def certificate(self, *names: str, until: str = UNTIL) -> Certificate:
        """For a server with these names and addresses. `until`, its last day, may be long past.

        Raises LabError for a day that is none, and for names that no certificate can have.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not names or not all(isinstance(name, str) and name for name in names):
            raise LabError(
                "A certificate says whose it is: give the server's name, and its addresses if it "
                "is called by them, as in certificate('server', '10.0.0.1')."
            )
        key = Ed25519PrivateKey.generate()
        serial = _FIRST_SERIAL + self._signed
        self._signed += 1
        pem = _pem(_leaf(names, until, key, serial, self))
        return Certificate(names, until, self.name, pem, key)

    def context(self) -> "SSLContext":
        """How the ssl library plays a client that trusts this authority and nobody else.

        It offers one group for the exchange of keys, so that its first message has the same length
        whichever groups the library of this computer knows.
        """
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.pem)
        context.set_ecdh_curve(_GROUP)
        return context

    def __repr__(self) -> str:
        return f"<Authority {self.name!r}, {self._signed} signed>"


def _root(name: str, key: Any) -> Any:
    """The authority's own certificate, signed by itself (RFC 5280 4.2.1.9)."""
    from cryptography import x509

    return (
        _builder(_named(name), _named(name), key.public_key(), 1, UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, None)
    )


def _leaf(names: tuple[str, ...], until: str, key: Any, serial: int, authority: Authority) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    signer = authority._key
    return (
        _builder(_named(names[0]), _named(authority.name), key.public_key(), serial, until)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, None)
    )


def _builder(subject: Any, issuer: Any, key: Any, serial: int, until: str) -> Any:
    from cryptography import x509

    last, first = _day(until), _day(SINCE)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(min(first, last))
        .not_valid_after(last)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _named(common: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )
    except ValueError as error:
        raise LabError(f"{common!r} is no name for a certificate: {error}") from error


def _alternatives(names: tuple[str, ...]) -> list[Any]:
    """Names and addresses as a certificate holds them (RFC 5280 4.2.1.6)."""
    from ipaddress import ip_address

    from cryptography import x509

    found: list[Any] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            try:
                found.append(x509.DNSName(name))
            except ValueError as error:
                raise LabError(
                    f"{name!r} is no name for a certificate: it takes letters, digits, hyphens and "
                    "dots. Names in other letters are written in their xn-- form."
                ) from error
    return found


def _usage(*, signs_certificates: bool) -> Any:
    """What the key may be used for (RFC 5280 4.2.1.3)."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _day(text: str) -> Any:
    from datetime import UTC, datetime

    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise LabError(f"{text!r} is no day; write it as in until='2020-12-31'.") from error


def _pem(certificate: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    raw: bytes = certificate.public_bytes(Encoding.PEM)
    return raw.decode("ascii")


def _load(context: "SSLContext", pem: bytes, key: Any) -> None:
    """The ssl library takes a key from a file only. What is written there for a moment is locked
    with a password that nobody ever sees."""
    from pathlib import Path
    from secrets import token_hex
    from tempfile import TemporaryDirectory

    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
    )

    password = token_hex()
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    with TemporaryDirectory(prefix="portlab-") as folder:
        file = Path(folder) / "practice.pem"
        file.write_bytes(locked + pem)
        context.load_cert_chain(file, password=password)
