"""The whole of it in one call: text in, Outcome out."""

from portlab.scripts.lines import Script
from portlab.scripts.model_host import ModelHost
from portlab.scripts.outcome import Outcome
from portlab.scripts.player import Player
from portlab.scripts.reader import read
from portlab.scripts.settings import Assumed, settings

_LINUX = Assumed()


def play(
    script: str | bytes | Script, *, name: str = "script", assumed: Assumed = _LINUX, seed: int = 0
) -> Outcome:
    """Play a script against the model host, in virtual time.

    `name` is what the outcome calls it, `assumed` what the script counts on, `seed` decides the
    host's sequence numbers and ports. Raises ScriptError for text that is no script.

    >>> print(play('''
    ... 0  < S 0:0(0) win 1000
    ... +0 > R. 0:0(0) ack 1
    ... ''', name="nobody listens"))
    pass  nobody listens
    """
    if not isinstance(script, Script):
        script = read(script, name)
    how = settings(script, assumed.ip_version)
    return Player(script, ModelHost(how.local, how.remote, assumed.config, seed=seed), how).play()
