"""What stands behind MAIL FROM: and RCPT TO:, as RFC 5321 4.1.2 writes it."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])*"'
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[A-Za-z0-9.:]+\]"
_PARAMETERS = r"(?: [!-<>-~]+(?:=[!-<>-~]+)?)*"
_PATH = re.compile(
    rf"(FROM|TO): ?<(?:@[^:<>]*:)?((?:{_LOCAL})(?:@(?:{_DOMAIN}))?|)>({_PARAMETERS}) *",
    re.IGNORECASE,
)


def path(argument: str, word: str) -> tuple[str, dict[str, str]] | None:
    """The address behind `word` (FROM or TO), and the parameters by name in capitals.

    None for what is not so written.

    A source route before the address is left out, as RFC 5321 appendix C asks. The empty path,
    `<>`, is the address "": that of notices, to which nobody answers.

    >>> path("FROM:<student@school.example> size=120 BODY=8BITMIME", "FROM")
    ('student@school.example', {'SIZE': '120', 'BODY': '8BITMIME'})
    >>> path("TO:<@relay.example:a@b.example>", "TO"), path("FROM:<>", "FROM")
    (('a@b.example', {}), ('', {}))
    """
    match = _PATH.fullmatch(argument)
    if match is None or match[1].upper() != word:
        return None
    words = [word.partition("=") for word in match[3].split()]
    return match[2], {name.upper(): value for name, _, value in words}


def domain_of(address: str) -> str:
    """The part behind the @, in small letters.

    >>> domain_of("Student@School.example"), domain_of("postmaster")
    ('school.example', '')
    """
    return address.rpartition("@")[2].lower() if "@" in address else ""
