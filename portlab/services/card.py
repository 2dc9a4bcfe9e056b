"""One service in sentences, as text and as Markdown."""

from collections.abc import Iterator

from portlab.ports import port_range
from portlab.services.catalogue import catalogue
from portlab.services.entry import Partner, Service
from portlab.services.registry import registry
from portlab.wording import listed, literal, wrapped


def card(one: Service) -> str:
    """What there is to know of it, one line for each side of it."""
    lines = list(sides(one))
    width = max(len(label) for label, _ in lines)
    hanging = " " * (width + 2)
    rows = [wrapped(f"{label:<{width}}  {text}", hanging=hanging) for label, text in lines]
    return "\n".join([title(one), "", *rows])


def marked(one: Service) -> str:
    """The same as a table in Markdown."""
    rows = [f"| {label} | {literal(text)} |" for label, text in sides(one)]
    return "\n".join([f"**{literal(title(one))}**", "", "| | |", "|---|---|", *rows])


def title(one: Service) -> str:
    """
    >>> from portlab.services import service
    >>> title(service("https"))
    '443 (TCP, UDP): HTTPS, encrypted web pages'
    """
    names = dict.fromkeys((one.short, one.everyday))
    return f"{one.number} ({transports_text(one)}): {', '.join(names)}"


def sides(one: Service) -> Iterator[tuple[str, str]]:
    """Label and sentence, in the order in which they are asked for."""
    yield "range", range_text(one.number)
    yield "names", names_text(one)
    yield "transports", _over(one)
    yield "for", one.purpose
    if one.encrypted != "not known":
        yield "encrypted", one.encrypted
    for partner in one.partners:
        yield "partner", partner_text(one, partner)
    if one.replaced_by:
        yield "replaced by", listed(one.replaced_by)
    if one.legacy:
        yield "standing", "legacy: met in old networks and in exams"
    if one.note:
        yield "note", one.note
    if one.rfc:
        yield "written in", listed(f"RFC {number}" for number in one.rfc)
    if one.hook:
        yield "remember", one.hook


def range_text(number: int) -> str:
    """
    >>> range_text(443)
    'system ports, 0 to 1023; also called well-known ports'
    """
    home = port_range(number)
    return f"{home}; also called {listed(home.also, 'or')} ports"


def names_text(one: Service) -> str:
    """Long name and registered name; where the registry's is another, that is said."""
    official = registry().names_at(one.number)
    if one.name in official:
        said = f"{one.name} in the registry"
    elif one.status == "assigned":
        said = f"{one.name}, assigned"
    else:
        here = f"the registry has {listed(official)} here" if official else "nothing is assigned"
        said = f"{one.name} by convention: {here}"
    shown = {name.lower() for name in (one.name, one.short, one.long, one.everyday)}
    others = [name for name in one.also if name.lower() not in shown]
    also = f"; also {', '.join(others)}" if others else ""
    long = f"{one.long}; " if one.long != one.name else ""
    return f"{long}{said}{also}"


def transports_text(one: Service) -> str:
    """
    >>> from portlab.services import service
    >>> transports_text(service(53))
    'UDP, TCP'
    """
    return ", ".join(transport.upper() for transport in one.used or one.registered)


def _over(one: Service) -> str:
    if not one.used:
        return f"registered for {listed(map(str.upper, one.registered))}"
    used = f"{listed(map(str.upper, one.used))} really used"
    if one.registered and set(one.registered) != set(one.used):
        return f"{used}; registered for {listed(map(str.upper, one.registered))}"
    return used


def partner_text(one: Service, partner: Partner) -> str:
    """
    >>> from portlab.services import service
    >>> http = service("http")
    >>> partner_text(http, http.partners[0])
    'HTTPS on 443: the same protocol inside TLS from the first byte (implicit TLS)'
    """
    if partner.name == one.name and partner.kind == "STARTTLS":
        return f"TLS on {one.number} itself, which begins in the clear and changes over (STARTTLS)"
    other = next(service for service in catalogue() if service.name == partner.name)
    if other is one:
        how = "a version of it that is another protocol"
    elif partner.kind == "another protocol":
        lock = {"always": "encrypted", "never": "in the clear"}.get(other.encrypted)
        how = f"another protocol for the same job{f', {lock}' if lock else ''}"
    elif other.encrypted == "always":
        how = f"the same protocol inside TLS from the first byte ({partner.kind})"
    elif other.encrypted == "never":
        how = "the same protocol in the clear"
    else:
        how = "the same protocol, which begins in the clear"
    return f"{other.short} on {other.number}: {how}"
