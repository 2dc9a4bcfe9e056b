"""The mail servers: what they say to bytes, and to smtplib, poplib, imaplib and curl."""
