"""The room of the system: what this computer says about itself, and what it allows.

Everything above that needs to ask the operating system asks here. Every answer comes from trying or
reading, not from guessing by name or version, and asking changes nothing and sends nothing.

    files.py       folders of this user, and files written whole or not at all
    clock.py       the time of day
    session.py     with a screen or without, for a learner or for stored outputs
    ports.py       a free port
    port_rules.py  which ports it gives to clients, and which it keeps from users
    facts.py       such things as a table
    listening.py   ports with a program behind them
    namespaces.py  what keeps a private network from being made here
    commands.py    programs of the system that know something
"""

from portlab.system.clock import now
from portlab.system.files import (
    cache_folder,
    course_folder,
    only_one,
    replace_file,
    unwritable_because,
    user_folder,
    write_new_file,
)
from portlab.system.namespaces import Obstacle, obstacle_at
from portlab.system.port_rules import (
    ephemeral_ports,
    has_right_to_low_ports,
    low_ports,
    refused_without_rights,
)
from portlab.system.ports import free_port
from portlab.system.session import has_screen, is_static

__all__ = [
    "Obstacle",
    "cache_folder",
    "course_folder",
    "ephemeral_ports",
    "free_port",
    "has_right_to_low_ports",
    "has_screen",
    "is_static",
    "low_ports",
    "now",
    "obstacle_at",
    "only_one",
    "refused_without_rights",
    "replace_file",
    "unwritable_because",
    "user_folder",
    "write_new_file",
]
