"""What the course says of ports in its plan, written down a second time, without the catalogue."""

BY_HEART = {
    20, 21, 22, 23, 25, 49, 53, 67, 68, 69, 80, 110, 123, 143, 161, 162, 389, 443, 445, 465, 514,
    587, 636, 993, 995, 1812, 1813, 3389,
}  # fmt: skip
RECOGNISE = {
    88, 137, 138, 139, 179, 427, 500, 4500, 546, 547, 548, 853, 1433, 1521, 3268, 3306, 3478, 5060,
    5061, 5246, 5247, 5432, 5900, 6514, 8080, 8443,
}  # fmt: skip
LEGACY = {20, 21, 23, 69, 110, 137, 138, 139, 427, 548, 1645, 1646}

UDP_ONLY = {67, 68, 69, 123, 137, 138, 161, 162, 514, 1812, 1813}
UDP_TOO = {500, 4500, 546, 547, 5246, 5247}
"""IPsec, DHCPv6 and CAPWAP: only to be recognised, and nothing but UDP either."""
BOTH = {53, 389, 427, 443, 3389, 3478, 5060, 88}
"""Kerberos too: clients began with UDP (RFC 4120 section 7.2.1), and many now prefer TCP."""

RFCS = {
    20: {959},
    21: {959, 4217},  # 4217: over TLS
    22: {4251, 4253},  # its architecture, and its transport
    23: {854},
    25: {5321, 3207},  # 3207: STARTTLS
    49: {8907},
    53: {1034, 1035, 7766},  # 7766: over TCP
    67: {2131, 951},  # 951: BOOTP, which the ports are named after
    68: {2131, 951},
    69: {1350},
    80: {9110, 9112},  # what all versions of HTTP have in common, and HTTP/1.1
    110: {1939, 2595},  # 2595: STLS
    123: {5905},
    143: {9051, 3501},  # revision 2, and revision 1
    161: {3416, 3417, 3414},  # messages, over UDP, with users
    162: {3416, 3417},
    389: {4511, 4513},  # 4513: who may log in how
    443: {9110, 9114},  # 9114: HTTP/3
    445: set(),
    465: {8314},
    514: {5424, 5426, 3164},  # the message, over UDP, and what was there before
    587: {6409, 8314},
    636: {4511},
    993: {8314},
    995: {8314},
    1812: {2865},
    1813: {2866},
    3389: set(),
}
"""The RFCs of each that is to be known by heart. Microsoft wrote down its own two elsewhere."""

IMPLICIT_TLS = {
    (80, 443), (110, 995), (143, 993), (389, 636), (3268, 3269), (5060, 5061), (3478, 5349),
    (53, 853), (514, 6514), (21, 990), (587, 465),
}  # fmt: skip
STARTTLS = {25, 110, 143, 389, 587, 21}
ANOTHER_PROTOCOL = {(23, 22), (21, 22), (161, 161)}

CLIENTS = {
    "ftp": ("ftplib", "FTP_PORT"),
    "smtp": ("smtplib", "SMTP_PORT"),
    "submissions": ("smtplib", "SMTP_SSL_PORT"),
    "pop3": ("poplib", "POP3_PORT"),
    "pop3s": ("poplib", "POP3_SSL_PORT"),
    "imap": ("imaplib", "IMAP4_PORT"),
    "imaps": ("imaplib", "IMAP4_SSL_PORT"),
    "http": ("http.client", "HTTP_PORT"),
    "https": ("http.client", "HTTPS_PORT"),
    "syslog": ("logging.handlers", "SYSLOG_UDP_PORT"),
}
"""Where Python's own clients go when nobody names a port."""

ASSIGNED_BESIDE = {"submissions": 8314}
"""Assigned by this RFC to a number that the registry has another name for already."""

WITHOUT_DISSECTOR = {(443, "udp"), (6514, "tcp"), (8443, "tcp")}
"""What Wireshark knows by its looks (QUIC) or only after being told (TLS on another number)."""
