"""The strips of what is heard: the same in text, in the picture and in numbers."""

import pytest

from portlab import Lab, Link, PortlabError, apps, heard, run


def call(proto: str, seconds: float = 1.0):
    def experiment(lab: Lab) -> None:
        speaker, listener = lab.hosts("speaker", "listener")
        if proto == "udp":
            speaker.udp(5004, apps.Voice(seconds))
            listener.udp().send_to(b"hello", speaker, 5004)
        else:
            speaker.listen(5004, apps.Voice(seconds))
            listener.connect(speaker, 5004)

    return experiment


BAD = Link(delay=0.040, loss=0.05)


@pytest.fixture(scope="module")
def both():
    return heard(*(run(call(proto), seed=2, link=BAD) for proto in ("udp", "tcp")))


def test_each_sign_is_one_packet(both) -> None:
    over_udp, over_tcp = both
    assert over_udp.lost > 0
    assert over_tcp.late > 0
    blocks = both.text(ascii=False).split("\n\n")
    for voice, block in zip(both, blocks, strict=False):
        title, strip = block.split("\n")
        assert title == (
            f"Over {voice.proto.upper()}, modelled: {voice.on_time} of 50 on time, "
            f"{voice.late} late, {voice.lost} lost"
        )
        counted = [strip.count(sign) for sign in "█▄X"]
        assert counted == [voice.on_time, voice.late, voice.lost]
        assert sum(counted) == len(strip) == len(voice) == 50
    assert blocks[-1] == "Each sign is 20 ms of sound: █ on time, ▄ late, X lost."


def test_plain_characters_say_the_same(both) -> None:
    plain = both.text(ascii=True)
    assert plain.isascii()
    assert plain == both.text(ascii=False).replace("█", "#").replace("▄", "~")
    assert both.alt_text == plain


def test_the_picture_has_one_mark_for_each_packet(both) -> None:
    axes = both.figure().axes[0]
    squares = len(axes.patches)
    strokes = len(axes.lines)
    heard_or_late = sum(voice.on_time + voice.late for voice in both)
    lost = sum(voice.lost for voice in both)
    assert squares == heard_or_late + 2, "and two in the legend"
    assert strokes == 2 * (lost + 1)
    hatched = sum(bool(patch.get_hatch()) for patch in axes.patches)
    assert hatched == both[1].late + both[0].late + 1


def test_a_longer_talk_has_a_line_for_each_second() -> None:
    shown = heard(run(call("udp", 2.5)))
    _, *strips = shown.text(ascii=True).split("\n\n")[0].split("\n")
    assert list(map(len, strips)) == [50, 50, 25]
    assert len(shown.figure().axes[0].patches) == 125 + 2


def test_a_notebook_gets_text_and_picture(both, tmp_path) -> None:
    bundle, sizes = both._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert bundle["text/plain"] == both.text(ascii=False)
    assert bundle == both._repr_mimebundle_()[0]
    assert sizes["image/png"]["width"] < 900
    both.save(tmp_path / "heard.txt")
    assert (tmp_path / "heard.txt").read_text("utf-8") == both.text(ascii=False) + "\n"
    assert repr(both[:1]).startswith("<Heard: Over UDP, modelled: ")


@pytest.mark.parametrize("traces", [(), ("trace",), (None,)])
def test_only_traces_can_be_listened_to(traces) -> None:
    with pytest.raises(PortlabError, match="heard in a Trace"):
        heard(*traces)
