"""The room of the apps: programs that answer on a port, and do no I/O themselves.

An app is told what happened and says what should be done; `app.py` has the protocol, every other
file here one program. Each name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portlab.apps.app import Abort as Abort
    from portlab.apps.app import Action as Action
    from portlab.apps.app import Address as Address
    from portlab.apps.app import App as App
    from portlab.apps.app import Close as Close
    from portlab.apps.app import Connect as Connect
    from portlab.apps.app import Data as Data
    from portlab.apps.app import Datagram as Datagram
    from portlab.apps.app import Event as Event
    from portlab.apps.app import Listen as Listen
    from portlab.apps.app import Listening as Listening
    from portlab.apps.app import Opened as Opened
    from portlab.apps.app import PeerClosed as PeerClosed
    from portlab.apps.app import Reset as Reset
    from portlab.apps.app import Send as Send
    from portlab.apps.app import SendTo as SendTo
    from portlab.apps.app import Session as Session
    from portlab.apps.app import Tell as Tell
    from portlab.apps.app import Told as Told
    from portlab.apps.app import Wake as Wake
    from portlab.apps.app import Woken as Woken
    from portlab.apps.certificates import Authority as Authority
    from portlab.apps.certificates import Certificate as Certificate
    from portlab.apps.daytime import Daytime as Daytime
    from portlab.apps.dhcp import Dhcp as Dhcp
    from portlab.apps.dhcp_relay import DhcpRelay as DhcpRelay
    from portlab.apps.discard import Discard as Discard
    from portlab.apps.dns import Dns as Dns
    from portlab.apps.echo import Echo as Echo
    from portlab.apps.ftp import Ftp as Ftp
    from portlab.apps.http import Http as Http
    from portlab.apps.mail.imap import Imap as Imap
    from portlab.apps.mail.pop3 import Pop3 as Pop3
    from portlab.apps.mail.post import Mailbox as Mailbox
    from portlab.apps.mail.post import Post as Post
    from portlab.apps.mail.smtp import Smtp as Smtp
    from portlab.apps.netbios import NetbiosNames as NetbiosNames
    from portlab.apps.ntp import Ntp as Ntp
    from portlab.apps.proxy import Proxy as Proxy
    from portlab.apps.radius import Radius as Radius
    from portlab.apps.smb import SmbGreeting as SmbGreeting
    from portlab.apps.snmp import Snmp as Snmp
    from portlab.apps.ssh import SshGreeting as SshGreeting
    from portlab.apps.stun import Stun as Stun
    from portlab.apps.syslog import Syslog as Syslog
    from portlab.apps.tacacs import Tacacs as Tacacs
    from portlab.apps.telnet import Telnet as Telnet
    from portlab.apps.tftp import Tftp as Tftp
    from portlab.apps.tls import StartTls as StartTls
    from portlab.apps.tls import Tls as Tls
    from portlab.apps.tls import TlsSession as TlsSession
    from portlab.apps.vnc import VncGreeting as VncGreeting
    from portlab.apps.voice import Voice as Voice

_PROTOCOL = (
    "Abort Action Address App Close Connect Data Datagram Event Listen Listening Opened PeerClosed "
    "Reset Send SendTo Session Tell Told Wake Woken"
)
_HOMES = {
    "Authority": "portlab.apps.certificates",
    "Certificate": "portlab.apps.certificates",
    "Daytime": "portlab.apps.daytime",
    "Dhcp": "portlab.apps.dhcp",
    "DhcpRelay": "portlab.apps.dhcp_relay",
    "Discard": "portlab.apps.discard",
    "Dns": "portlab.apps.dns",
    "Echo": "portlab.apps.echo",
    "Ftp": "portlab.apps.ftp",
    "Http": "portlab.apps.http",
    "Imap": "portlab.apps.mail.imap",
    "Mailbox": "portlab.apps.mail.post",
    "NetbiosNames": "portlab.apps.netbios",
    "Ntp": "portlab.apps.ntp",
    "Pop3": "portlab.apps.mail.pop3",
    "Post": "portlab.apps.mail.post",
    "Proxy": "portlab.apps.proxy",
    "Radius": "portlab.apps.radius",
    "SmbGreeting": "portlab.apps.smb",
    "Smtp": "portlab.apps.mail.smtp",
    "Snmp": "portlab.apps.snmp",
    "SshGreeting": "portlab.apps.ssh",
    "StartTls": "portlab.apps.tls",
    "Stun": "portlab.apps.stun",
    "Syslog": "portlab.apps.syslog",
    "Tacacs": "portlab.apps.tacacs",
    "Telnet": "portlab.apps.telnet",
    "Tftp": "portlab.apps.tftp",
    "Tls": "portlab.apps.tls",
    "TlsSession": "portlab.apps.tls",
    "VncGreeting": "portlab.apps.vnc",
    "Voice": "portlab.apps.voice",
    **dict.fromkeys(_PROTOCOL.split(), "portlab.apps.app"),
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'portlab.apps' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
