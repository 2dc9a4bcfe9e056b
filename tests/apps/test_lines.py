"""Lines out of a stream: the same however the stream is cut, and never more kept than allowed."""

from hypothesis import given
from hypothesis import strategies as st

from portlab.apps.lines import LONGEST, Lines

STREAMS = st.lists(
    st.one_of(st.sampled_from([b"\r\n", b"\n", b"\r", b"USER a", b"x" * 20]), st.binary(max_size=9))
).map(b"".join)


def lines_of(stream: bytes, *, longest: int = LONGEST) -> list[bytes | None]:
    lines = Lines(longest)
    lines.feed(stream)
    return list(lines)


@given(STREAMS)
def test_lines_are_what_is_between_the_ends(stream: bytes) -> None:
    whole, _, _ = stream.rpartition(b"\n")
    expected = [one.removesuffix(b"\r") for one in whole.split(b"\n")] if b"\n" in stream else []
    assert lines_of(stream, longest=len(stream) + 1) == expected


@given(STREAMS, st.integers(1, 30), st.data())
def test_where_the_stream_is_cut_does_not_matter(
    stream: bytes, longest: int, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    lines, found = Lines(longest), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        lines.feed(stream[start:end])
        found += list(lines)
        assert lines.waiting < longest
    assert found == lines_of(stream, longest=longest)


def test_a_line_is_too_long_with_one_byte_more_than_allowed() -> None:
    assert lines_of(b"x" * 6 + b"\r\n", longest=8) == [b"x" * 6]
    assert lines_of(b"x" * 7 + b"\r\nNOOP\r\n", longest=8) == [None, b"NOOP"]
    assert lines_of(b"x" * 7, longest=8) == []
    assert lines_of(b"x" * 8, longest=8) == [None]


def test_a_megabyte_without_an_end_is_told_once_and_not_kept() -> None:
    lines, found = Lines(), []
    for _ in range(1024):
        lines.feed(b"x" * 1024)
        found += list(lines)
        assert lines.waiting == 0
    lines.feed(b"\nQUIT\r\n")
    assert [*found, *lines] == [None, b"QUIT"]


def test_in_the_middle_of_a_stream_one_can_change_to_bytes_and_back() -> None:
    """As a literal in IMAP does (RFC 3501 4.3), which is announced by a line."""
    lines, seen = Lines(), []
    lines.feed(b"A1 APPEND {7}\r\na\r\nb\r\nc\r\nA2 NOOP\r\n")
    for line in lines:
        seen.append(line)
        if line == b"A1 APPEND {7}":
            seen.append(lines.take(7))
    assert seen == [b"A1 APPEND {7}", b"a\r\nb\r\nc", b"", b"A2 NOOP"]


def test_what_was_sent_before_tls_is_forgotten() -> None:
    lines = Lines()
    lines.feed(b"STARTTLS\r\nMAIL FROM:<a@example>\r\n")
    assert next(iter(lines)) == b"STARTTLS"
    lines.forget()
    assert (list(lines), lines.waiting) == ([], 0)
