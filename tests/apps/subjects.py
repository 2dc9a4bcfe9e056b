"""The apps, and what is said to each of them, for tests that hold all of them to the same."""

from collections.abc import Callable
from dataclasses import dataclass

from dnslib import DNSHeader, DNSQuestion, DNSRecord

from portlab import apps
from portlab.apps import dhcp_message as dhcp
from portlab.apps import netbios, ntp, radius, smb, snmp, stun, tacacs
from portlab.apps.dns import framed
from portlab.apps.ssh import kexinit, packet
from portlab.packets import NOBODY_YET

_QUESTION = bytes(DNSRecord(DNSHeader(id=7), q=DNSQuestion("portlab.example")).pack())
_ID = b"portlab-0001"
_SECRET, _USERS = "shared", {"student": "sesame"}


def _dhcp(op: int, kind: int, ciaddr: str = NOBODY_YET, giaddr: str = NOBODY_YET) -> bytes:
    said = {dhcp.MESSAGE_TYPE: bytes([kind])}
    return dhcp.DhcpMessage(op, 7, bytes(6), ciaddr=ciaddr, giaddr=giaddr, options=said).encode()


@dataclass(frozen=True)
class Subject:
    """One app, and what a client of it may say, message by message.

    The last message is one that can be said any number of times and gets the same answer every
    time. No message is answered with more than `most` bytes.
    """

    make: Callable[[], apps.App]
    over_tcp: tuple[bytes, ...] = ()
    over_udp: tuple[bytes, ...] = ()
    most: int = 2_000
    echoes: bool = False
    """What comes goes back, however much it is."""


def _post() -> apps.Post:
    """One mail is there, for the student."""
    post = apps.Post()
    post.mailbox("student").add(b"Subject: Hi\r\n\r\n.\r\n")
    return post


SUBJECTS = {
    "Daytime": Subject(apps.Daytime, over_tcp=(b"?",), over_udp=(b"", b"?")),
    "Dhcp": Subject(
        lambda: apps.Dhcp("10.0.0.1", "10.0.0.100", "10.0.0.101"),
        over_udp=(
            _dhcp(dhcp.BOOTREQUEST, dhcp.DISCOVER),
            _dhcp(dhcp.BOOTREQUEST, dhcp.REQUEST),
            _dhcp(dhcp.BOOTREQUEST, dhcp.INFORM, ciaddr="10.0.0.2"),
            _dhcp(dhcp.BOOTREQUEST, dhcp.RELEASE, ciaddr="10.0.0.100"),
        ),
    ),
    "DhcpRelay": Subject(
        lambda: apps.DhcpRelay("10.0.0.9", "10.0.0.1"),
        over_udp=(
            _dhcp(dhcp.BOOTREQUEST, dhcp.DISCOVER),
            _dhcp(dhcp.BOOTREPLY, dhcp.OFFER, giaddr="10.0.0.9"),
            _dhcp(dhcp.BOOTREPLY, dhcp.OFFER, giaddr="10.0.0.8"),
        ),
        most=70_000,  # a message is passed on as long as it is
    ),
    "Discard": Subject(apps.Discard, over_tcp=(b"x", b"y\r\n"), over_udp=(b"", b"x")),
    "Dns": Subject(apps.Dns, over_tcp=(framed(_QUESTION),), over_udp=(_QUESTION,)),
    "Echo": Subject(apps.Echo, over_tcp=(b"hello\r\n",), over_udp=(b"hello",), echoes=True),
    "Ftp": Subject(
        apps.Ftp,
        over_tcp=(
            b"USER student\r\n",
            b"PASS sesame\r\n",
            b"TYPE I\r\n",
            b"PORT 10,0,0,2,195,80\r\n",
            b"RETR /readme.txt\r\n",
            b"EPSV\r\n",
            b"CWD pub\r\n",
            b"SIZE ports.txt\r\n",
            b"NOOP\r\n",
        ),
    ),
    "Http": Subject(
        apps.Http,
        over_tcp=(
            b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
            b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        most=40_000,
    ),
    "Imap": Subject(
        lambda: apps.Imap(_post()),
        over_tcp=(
            b"1 CAPABILITY\r\n",
            b"2 LOGIN {7}\r\n",
            b'student "sesame"\r\n',
            b"3 EXAMINE INBOX\r\n",
            b"4 UID SEARCH OR (SEEN SUBJECT Hi) NOT ALL\r\n",
            b"5 FETCH 1:* (ENVELOPE BODYSTRUCTURE BODY[TEXT])\r\n",
            b"6 NOOP\r\n",
        ),
    ),
    "NetbiosNames": Subject(
        lambda: apps.NetbiosNames("FILES"),
        over_udp=(netbios.question("NOBODY", 7), netbios.question("FILES", 7)),
    ),
    "Ntp": Subject(apps.Ntp, over_udp=(ntp.NtpPacket(ntp.CLIENT).encode(),)),
    "Pop3": Subject(
        lambda: apps.Pop3(_post()),
        over_tcp=(
            b"CAPA\r\n",
            b"USER student\r\n",
            b"PASS sesame\r\n",
            b"RETR 1\r\n",
            b"UIDL\r\n",
            b"NOOP\r\n",
        ),
    ),
    "Proxy": Subject(lambda: apps.Proxy(("127.0.0.1", 1)), over_tcp=(b"hello?\r\n",)),
    "Radius": Subject(
        lambda: apps.Radius(_SECRET, _USERS),
        over_udp=(
            radius.access_request("student", "wrong", _SECRET, bytes(16)),
            radius.access_request("student", "sesame", _SECRET, bytes(range(16))),
        ),
    ),
    "SmbGreeting": Subject(
        apps.SmbGreeting,
        over_tcp=(smb.framed(smb.header(1, 5)), smb.request(["2.1", "3.1.1"])),
    ),
    "Smtp": Subject(
        apps.Smtp,
        over_tcp=(
            b"EHLO client.example\r\n",
            b"MAIL FROM:<a@b.example> SIZE=20\r\n",
            b"RCPT TO:<student@school.example>\r\n",
            b"DATA\r\n",
            b"Subject: Hi\r\n\r\n..\r\n.\r\n",
            b"NOOP\r\n",
        ),
    ),
    "SshGreeting": Subject(
        apps.SshGreeting,
        over_tcp=(b"SSH-2.0-Test_1\r\n", packet(kexinit()), packet(b"\x02ignored")),
    ),
    "Telnet": Subject(
        apps.Telnet,
        over_tcp=(
            b"\xff\xfd\x01\xff\xfb\x1fstudent\r\0",
            b"sesame\r\0",
            b"ls\x7fs pub\r\n",
            b"whoami\n",
        ),
    ),
    "Snmp": Subject(apps.Snmp, over_udp=(snmp.get_request("1.3.6.1.2.1.1.5.0"),)),
    "Stun": Subject(
        apps.Stun,
        over_tcp=(stun.binding_request(_ID),),
        over_udp=(stun.binding_request(_ID),),
    ),
    "Syslog": Subject(
        apps.Syslog,
        over_tcp=(b"16 <11>1 - - - - -\n", b"<11>first\n<12>second\n"),
        over_udp=(b"<34>Jan  1 00:00:00 door su: no", b"<13>1 - - - - - - yes"),
    ),
    "Tacacs": Subject(
        lambda: apps.Tacacs(_SECRET, _USERS),
        over_tcp=(tacacs.sign_in("student", "sesame", _SECRET, 7),),
    ),
    "Tftp": Subject(
        apps.Tftp,
        over_udp=(
            b"\0\1nothing\0octet\0",
            b"\0\2new.txt\0netascii\0tsize\x000\0",
            b"\0\3\0\1abc",
            b"\0\4\0\1",
            b"\0\1readme.txt\0octet\0blksize\x001024\0",
        ),
    ),
    "Tls": Subject(
        lambda: apps.Tls(apps.Http(), apps.Authority().certificate("server")),
        over_tcp=(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",),
    ),
    "VncGreeting": Subject(
        apps.VncGreeting, over_tcp=(b"RFB 003.008\n", b"\2", b"sixteen bytes.. ")
    ),
    "Voice": Subject(
        lambda: apps.Voice(0.1), over_tcp=(b"hello?",), over_udp=(b"hello?",), most=1_000
    ),
}
"""In the order of their names. Every app of `portlab.apps` is here."""
