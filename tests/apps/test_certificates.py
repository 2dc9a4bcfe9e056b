"""Certificates made in the lab, as the standard library's client verifies them."""

import ssl
from pathlib import Path

import pytest

from portlab import Lab, apps
from portlab.apps.certificates import SINCE, UNTIL
from portlab.errors import AppError, LabError
from tests.apps.tls_client import AUTHORITY, CERTIFICATE, Client, opened, session


def test_it_is_good_for_its_names_and_addresses_and_no_others() -> None:
    for name in CERTIFICATE.names:
        opened(apps.Echo(), calls=name)
    for name in ("other", "127.0.0.2"):
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            opened(apps.Echo(), calls=name)
        assert "mismatch" in caught.value.verify_message


def test_an_old_one_is_refused() -> None:
    old = AUTHORITY.certificate("server", until="2020-12-31")
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        Client(session(apps.Echo(), old)).shake_hands()
    assert caught.value.verify_code == 10  # X509_V_ERR_CERT_HAS_EXPIRED
    older = AUTHORITY.certificate("server", until="1999-12-31")
    with pytest.raises(ssl.SSLCertVerificationError):
        Client(session(apps.Echo(), older)).shake_hands()


def test_another_authority_of_the_same_name_is_not_trusted() -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        opened(apps.Echo(), trusts=apps.Authority(AUTHORITY.name))
    assert caught.value.verify_code == 20  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY


def test_strict_verification_finds_nothing_to_complain_of() -> None:
    """As Python 3.13 verifies unless told otherwise (RFC 5280)."""
    client = Client(session(apps.Echo()))
    client.context.verify_flags |= ssl.VERIFY_X509_STRICT
    assert client.shake_hands().say(b"x") == b"x"


def test_a_certificate_says_what_it_is_for_and_that_it_is_for_practice() -> None:
    from cryptography import x509

    made = x509.load_pem_x509_certificate(CERTIFICATE.pem.encode())
    assert "for practice only" in made.subject.rfc4514_string()
    assert "for practice only" in made.issuer.rfc4514_string()
    assert made.not_valid_before_utc.date().isoformat() == SINCE
    assert made.not_valid_after_utc.date().isoformat() == UNTIL
    root = x509.load_pem_x509_certificate(AUTHORITY.pem.encode())
    made.verify_directly_issued_by(root)


def test_keys_are_shown_to_nobody() -> None:
    for shown in (repr(CERTIFICATE), repr(AUTHORITY), CERTIFICATE.pem, AUTHORITY.pem):
        assert "PRIVATE" not in shown
        assert "ed25519" not in shown.lower()


def test_no_key_lies_about_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ssl library reads it from a file, which is locked while it is there, and then gone."""
    written: list[bytes] = []
    original = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        written.append(data)
        return original(path, data)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "write_bytes", write)
    AUTHORITY.certificate("server").context()
    (data,) = written
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", [(), ("",), ("bücher.example",), ("a" * 65,)])
def test_what_is_no_name_is_told_so(names: tuple[str, ...]) -> None:
    with pytest.raises(LabError):
        AUTHORITY.certificate(*names)


def test_other_misuse_is_told_too() -> None:
    with pytest.raises(LabError, match="is no day"):
        AUTHORITY.certificate("server", until="next year")
    with pytest.raises(LabError, match="needs the server's certificate"):
        apps.Tls(apps.Echo(), AUTHORITY)  # type: ignore[arg-type]
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.udp(443, apps.Tls(apps.Echo(), CERTIFICATE))
        with client.udp() as socket:
            socket.send_to(b"x", server, 443)
            with pytest.raises(AppError) as caught:
                lab.run()
        assert "needs a stream" in str(caught.value.__cause__)
