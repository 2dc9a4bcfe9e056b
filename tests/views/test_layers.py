"""Stacks of layers: the same boxes in text, in words and in the picture."""

import pytest

from portlab import PortlabError, layers

STACKS = {
    "with TCP": ["HTTP", "TLS: secrecy", "TCP: order and repetition for one stream of bytes", "IP"],
    "with UDP": ["DNS: names", "UDP: ports", "IP"],
}


def test_boxes_stand_beside_each_other_on_one_ground() -> None:
    lines = layers(STACKS).text().split("\n")
    assert lines[0].split("   ")[0].strip() == "with TCP"
    assert lines[2] == "│ HTTP                                 │", "the other stack is lower"
    (tcp,) = (line for line in lines if "│ TCP" in line)
    assert "│ UDP" in tcp
    assert lines[-1].count("└") == lines[-1].count("┘") == 2
    assert max(map(len, lines)) <= 88


def test_plain_characters_have_the_same_boxes() -> None:
    plain = layers(STACKS).text(ascii=True)
    assert plain.isascii()
    assert [len(line) for line in plain.split("\n")] == [
        len(line) for line in str(layers(STACKS)).split("\n")
    ]


def test_the_picture_has_each_layer_and_what_it_does() -> None:
    axes = layers(STACKS).figure().axes[0]
    assert len(axes.patches) == 7
    said = [text.get_text() for text in axes.texts]
    assert {"HTTP", "TLS", "TCP", "UDP", "DNS", "with TCP", "with UDP"} <= set(said)
    assert "order and repetition for one stream of bytes" in " ".join(said)


def test_the_words_go_from_above_to_below(tmp_path) -> None:
    picture = layers(STACKS)
    assert picture.alt_text.split("\n")[1] == "with UDP, from above: DNS: names; UDP: ports; IP."
    bundle, _ = picture._repr_mimebundle_()
    assert bundle["text/plain"] == str(picture)
    assert set(bundle) == {"text/plain", "image/png"}
    picture.save(tmp_path / "layers.svg")
    assert "UDP: ports" in (tmp_path / "layers.svg").read_text("utf-8")
    assert repr(picture) == "<Layers of with TCP, with UDP>"


@pytest.mark.parametrize("stack", [[], "TCP"])
def test_a_stack_has_layers(stack) -> None:
    with pytest.raises(PortlabError, match="has no layers"):
        layers({"mine": stack})
