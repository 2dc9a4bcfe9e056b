"""Finding services: one by its number or name, or all that have to do with a word."""

from collections.abc import Iterable
from difflib import get_close_matches

from portlab.errors import ServiceError
from portlab.ports import check_port
from portlab.services.catalogue import catalogue
from portlab.services.entry import LEVELS, TRANSPORTS, Service
from portlab.services.matches import Matches
from portlab.services.registry import Assignment, registry
from portlab.wording import listed


def service(what: int | str, transport: str | None = None) -> Service:
    """The service with this number or name; of one transport, or of all.

    Raises ServiceError where there is none (with names that are close) or more than one (with how
    to say which), PortError for a number that is no port.

    >>> service(443).everyday, service("https").number, service(53, "udp").short
    ('encrypted web pages', 443, 'DNS')
    >>> service(514)
    Traceback (most recent call last):
    portlab.errors.ServiceError: 514 is 2 services: ...
    """
    over = _transport(transport)
    number = _as_number(what)
    found = _at(number, over) if number is not None else _called(str(what), over)
    if len(found) == 1:
        return found[0]
    if found:
        raise ServiceError(_ambiguous(what, number, found))
    raise ServiceError(_unknown(what, number, over))


def search(what: int | str, transport: str | None = None) -> Matches:
    """All services that have to do with `what`: words, of which each must occur, or a number.

    Nothing found is no error: the Matches are empty, and say what is close.

    >>> [one.short for one in search("mail")][:3]
    ['SMTP', 'IMAP', 'SMTPS']
    """
    over = _transport(transport)
    number = _as_number(what)
    if number is not None:
        known = _at(number, over)
        names = {one.name for one in known}
        others = [one for one in registry().at(number, over) if one.name not in names]
        remark = _really(known, over) if known else _not_there(number, over)
        return Matches(str(what).strip(), known, tuple(others), number, (), remark)
    words = str(what).lower().split()
    if not words:
        raise ServiceError("There is nothing to search for. Give a word or a number: search(53).")
    ranked = []
    for one in catalogue():
        if (over is None or one.uses(over)) and (rank := _rank(one, words)) is not None:
            ranked.append((rank, LEVELS.index(one.level), one.legacy, one.number, one))
    found = tuple(one for *_, one in sorted(ranked, key=lambda line: line[:-1]))
    remark = "" if found else _elsewhere(str(what), over)
    close = () if found or remark else _close(str(what))
    further = _registered(words, over, found)
    return Matches(str(what).strip(), found, further, None, close, remark)


def look_up(what: str, transport: str | None = None) -> Matches:
    """What the command line shows: what is called just so, or else all that has to do with it.

    Raises ServiceError where nothing is asked for, PortError for a number that is no port.

    >>> [one.number for one in look_up("dhcp")], len(look_up("443"))
    ([67, 68], 1)
    """
    asked, over = what.strip(), _transport(transport)
    if not asked:
        raise ServiceError(
            "There is nothing to look up. Give a number, a name or a word: `portlab port 53`."
        )
    if _as_number(asked) is None:
        if exact := _called(asked, over):
            return Matches(asked, exact, remark=_really(exact, over))
        if elsewhere := _elsewhere(asked, over):
            return Matches(asked, (), remark=elsewhere)
    return search(asked, over)


def missed(found: Matches) -> str:
    """What the command line says where a word has led to nothing; "" where it led somewhere.

    >>> missed(look_up("imap", "udp"))
    'IMAP (143) uses TCP only; nothing of that name is used over UDP.'
    """
    if found.number is not None or found.services or found.registered:
        return ""
    advice = "`portlab port mail` shows all that has to do with mail."
    return found.remark or _no_such_name(found.query, found.close, advice)


def _as_number(what: object) -> int | None:
    """A number, or a text that is one; None for a name."""
    if isinstance(what, str):
        text = what.strip()
        if not (text.isascii() and text.lstrip("+-").isdecimal()):
            return None
        what = int(text)
    return check_port(what, zero=True, to_use=False)


def _transport(text: str | None) -> str | None:
    if text is None or text.lower() in TRANSPORTS:
        return text and text.lower()
    raise ServiceError(f"{text!r} is no transport. Write {listed(map(repr, TRANSPORTS), 'or')}.")


def _at(number: int, over: str | None) -> tuple[Service, ...]:
    """What the catalogue has at this number; where it has nothing, what the registry has."""
    known = _over([one for one in catalogue() if one.number == number], over)
    return known or _from_registry(registry().at(number, over))


def _called(text: str, over: str | None) -> tuple[Service, ...]:
    """The services with this name; a name that is the registry's own wins over all others."""
    wanted = _plain(text)
    known = _over([one for one in catalogue() if wanted in map(_plain, one.names)], over)
    exact = [one for one in known if _plain(one.name) == wanted]
    if known:
        return tuple(exact) or known
    here = [one for one in registry().named(text) if over in (None, one.transport)]
    return _from_registry(here)


def _over(known: list[Service], transport: str | None) -> tuple[Service, ...]:
    """Those that use the transport; where none does, those that are registered for it."""
    if transport is None:
        return tuple(known)
    used = [one for one in known if one.uses(transport)]
    return tuple(used or [one for one in known if transport in one.registered])


def _from_registry(assignments: Iterable[Assignment]) -> tuple[Service, ...]:
    """A Service for each number and name that is in the registry only."""
    different = dict.fromkeys((one.number, one.name) for one in assignments)
    return tuple(
        Service(number, name, name, name, name, registered=registry().transports(number, name))
        for number, name in different
    )


def _plain(text: str) -> str:
    """A name without case, spaces and hyphens: "Remote Desktop" is remote-desktop."""
    return "".join(one for one in text.lower() if one.isalnum() or one in "+/*.")


_IN_NAME, _IN_NAMES, _IN_PURPOSE = range(3)


def _rank(one: Service, words: list[str]) -> int | None:
    """How near this is to what was asked: the smaller the nearer; None if not at all."""
    names = [name.lower() for name in one.names]
    text = " ".join(names)
    if " ".join(words) in names:
        return _IN_NAME
    if all(word in text for word in words):
        return _IN_NAMES
    whole = f"{text} {one.purpose.lower()} {one.note.lower()}"
    return _IN_PURPOSE if all(word in whole for word in words) else None


def _registered(
    words: list[str], over: str | None, known: tuple[Service, ...]
) -> tuple[Assignment, ...]:
    """Lines of the registry whose name has all the words, and that no service found stands for."""
    shown = {(one.number, one.name) for one in known}
    return tuple(
        one
        for one in registry().containing(words[0])
        if all(word in one.name.lower() for word in words)
        and over in (None, one.transport)
        and (one.number, one.name) not in shown
    )


def _close(text: str) -> tuple[str, ...]:
    """Names that one might have meant; the catalogue's come before the registry's."""
    ours = {name.lower(): name for one in catalogue() for name in one.names}
    found = [ours[name] for name in get_close_matches(text.lower(), ours, 3, 0.7)]
    found += get_close_matches(text.lower(), registry().names - set(ours), 3, 0.75)
    return tuple(found[:3])


def _ambiguous(what: object, number: int | None, found: tuple[Service, ...]) -> str:
    each = listed(f"{one.name} ({one.number}, {over_text(one)})" for one in found)
    by_transport = len({one.used for one in found}) == len(found) and all(
        len(one.used) == 1 for one in found
    )
    ways = [
        f'service({what!r}, "{one.used[0]}")' if by_transport else f'service("{one.name}")'
        for one in found
    ]
    asked = number if number is not None else f'"{what}"'
    return f"{asked} is {len(found)} services: {each}. Say which: {listed(ways, 'or')}."


def over_text(one: Service) -> str:
    """The transports it uses, for a sentence.

    >>> over_text(service(53))
    'UDP and TCP'
    """
    return listed(transport.upper() for transport in one.used or one.registered)


def _unknown(what: object, number: int | None, over: str | None) -> str:
    if number is None:
        name = str(what)
        advice = 'search("mail") finds all that has to do with mail.'
        return _elsewhere(name, over) or _no_such_name(name, _close(name), advice)
    if number == 0:
        return "Port 0 is reserved: it asks a system to choose a port, and no service is there."
    where = f" over {over.upper()}" if over else ""
    other = registry().names_at(number) if over else ()
    if other:
        return (
            f"Nothing is at {number}{where}. Over another transport it is {listed(other, 'or')}: "
            f"leave the transport away."
        )
    return (
        f"No service is assigned to {number}{where}, and the course knows none there. Any program "
        f"may use it. search({number}) shows its range."
    )


def _no_such_name(name: str, close: tuple[str, ...], advice: str) -> str:
    near = f"Close to it: {listed(close, 'or')}." if close else "Nothing is close to it."
    return f'No service is called "{name}". {near} {advice}'


def _really(found: tuple[Service, ...], over: str | None) -> str:
    """A word to services that are registered for the transport, and spoken over another."""
    if over is None or any(one.uses(over) for one in found):
        return ""
    used = dict.fromkeys(transport.upper() for one in found for transport in one.used)
    return f"Registered for {over.upper()}, but really used over {listed(used)} only:"


def _not_there(number: int, over: str | None) -> str:
    """What a number without a service over this transport is over another."""
    if over is None or not (others := _at(number, None)):
        return ""
    each = listed(f"{one.short} over {over_text(one)}" for one in others)
    return f"Not registered for {over.upper()}, and not used over it; it is {each}."


def _elsewhere(name: str, over: str | None) -> str:
    """Where a name is found that has nothing over this transport."""
    if over is None or not (others := _called(name, None)):
        return ""
    each = listed(
        f"{one.short} ({one.number}) {'uses' if one.used else 'is registered for'} "
        f"{over_text(one)} only"
        for one in others
    )
    return f"{each}; nothing of that name is used over {over.upper()}."
