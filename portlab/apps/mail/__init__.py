"""The corner of mail: one store, three servers.

`post.py` keeps the mail of a domain. Smtp brings mail into it or passes it on, Pop3 and Imap let
its users fetch it. `dialogue.py` is what the three conversations have in common.
"""
