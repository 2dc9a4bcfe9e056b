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
