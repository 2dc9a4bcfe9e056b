"""ENVELOPE, BODY and BODYSTRUCTURE: a mail described, not given (RFC 3501 7.4.2)."""

from portlab.apps.mail.imap_words import string
from portlab.apps.mail.mime import Part

_ADDRESSES = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
_FROM_STANDS_FOR = ("Sender", "Reply-To")


def envelope(mail: Part) -> bytes:
    """Date, subject, six lists of addresses, what it answers, and its id.

    >>> from portlab.apps.mail.mime import part
    >>> envelope(part(b"From: a@b.example\\r\\nSubject: Hi\\r\\n\\r\\n"))[:44]
    b'(NIL "Hi" ((NIL NIL "a" "b.example")) ((NIL '
    """
    fields = [string(mail.field("Date")), string(mail.field("Subject"))]
    for name in _ADDRESSES:
        value = mail.field(name)
        if not value and name in _FROM_STANDS_FOR:
            value = mail.field("From")
        fields.append(_addresses(value))
    fields += [string(mail.field("In-Reply-To")), string(mail.field("Message-ID"))]
    return _list(fields)


def _addresses(value: str | None) -> bytes:
    from email.utils import getaddresses

    found = [(name, box) for name, box in getaddresses([value or ""]) if box]
    if not found:
        return b"NIL"
    shown = []
    for name, box in found:
        local, _, domain = box.rpartition("@")
        mailbox, host = (local, domain) if local else (domain, "")  # NIL would begin a group
        shown.append(_list([string(name or None), b"NIL", string(mailbox), string(host)]))
    return b"(" + b"".join(shown) + b")"


def structure(part: Part, *, extended: bool) -> bytes:
    """The tree of its parts: types, sizes and lines; `extended` for what BODYSTRUCTURE adds."""
    if part.parts:
        shown = b"".join(structure(one, extended=extended) for one in part.parts)
        shown += b" " + string(part.sub)
        if extended:
            shown += b" " + b" ".join([_parameters(part), *_extension(part)])
        return b"(" + shown + b")"
    multipart = part.main == "multipart"  # without a part: an empty text, as far as a reader goes
    main, sub = ("text", "plain") if multipart else (part.main, part.sub)
    fields = [
        string(main),
        string(sub),
        _parameters(part),
        string(part.field("Content-ID")),
        string(part.field("Content-Description")),
        string(part.field("Content-Transfer-Encoding") or "7BIT"),
        b"%d" % len(part.body),
    ]
    lines = b"%d" % part.body.count(b"\r\n")
    if part.inner is not None:
        fields += [envelope(part.inner), structure(part.inner, extended=extended), lines]
    elif main == "text":
        fields.append(lines)
    if extended:
        fields += [string(part.field("Content-MD5")), *_extension(part)]
    return _list(fields)


def _parameters(part: Part, header: str = "Content-Type") -> bytes:
    """The parameters of a field, as in `("charset" "utf-8")`."""
    given = part.fields.get_params(header=header) or []
    words = [
        word if isinstance(word, str) else str(word[2])
        for name, value in given[1:]
        if name
        for word in (name, value)
    ]
    return _list([string(word) for word in words]) if words else b"NIL"


def _extension(part: Part) -> list[bytes]:
    """Disposition, language and location, which close both kinds of a BODYSTRUCTURE."""
    kind = part.fields.get_content_disposition()
    shown = b"NIL"
    if kind:
        shown = _list([string(kind), _parameters(part, "Content-Disposition")])
    return [
        shown,
        string(part.field("Content-Language")),
        string(part.field("Content-Location")),
    ]


def _list(fields: list[bytes]) -> bytes:
    return b"(" + b" ".join(fields) + b")"
