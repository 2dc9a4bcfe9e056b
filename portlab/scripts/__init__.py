"""Scripts of segments: read as packetdrill writes them, played against a host under test.

`reader` makes a Script of text (`lines` holds what it is made of); `player` plays it against a
host that `subject` describes and `model_host` is; `flow` translates between the script's
numbers and the host's; `comparing` says in words what differs, `outcome` what came of it.
docs/scripts.md teaches how to write one.
"""

from portlab.scripts.lines import Script
from portlab.scripts.outcome import Outcome
from portlab.scripts.playing import play
from portlab.scripts.reader import read
from portlab.scripts.settings import Assumed

__all__ = ["Assumed", "Outcome", "Script", "play", "read"]
