"""The web server, as the standard library's client, h11's client side and plain bytes see it."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps

PAGES = {"/": "<h1>Home</h1>", "/plain": "text", "/grüße": "Grüße", "/bytes": b"\x00\xff"}


def talk(request: bytes, *, cut: int | None = None) -> tuple[bytes, bool]:
    """What the server sends for these bytes, cut into pieces of `cut`, and whether it closes."""
    session = apps.Http(PAGES).session(("10.0.0.1", 80), ("10.0.0.2", 50000))
    sent, closed = b"", False
    step = cut or max(1, len(request))
    events = [apps.Data(request[i : i + step]) for i in range(0, len(request), step)]
    for event in [apps.Opened(), *events]:
        for action in session.handle(event):
            assert not closed
            if isinstance(action, apps.Send):
                sent += action.data
            closed |= isinstance(action, apps.Close)
    return sent, closed


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Lab("loopback") as lab:
        yield lab.host("server").listen(app=apps.Http(PAGES)).port


@pytest.fixture
def browser(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    yield connection
    connection.close()


def get(
    browser: http.client.HTTPConnection, path: str, method: str = "GET", body: bytes | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    browser.request(method, path, body)
    response = browser.getresponse()
    return response.status, response.read(), response.headers


def test_pages_come_with_length_and_type(browser: http.client.HTTPConnection) -> None:
    status, body, headers = get(browser, "/")
    assert (status, body) == (200, b"<h1>Home</h1>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Length"] == "13"
    status, body, headers = get(browser, "/plain")
    assert (status, body) == (200, b"text")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def test_one_connection_serves_many_requests(browser: http.client.HTTPConnection) -> None:
    get(browser, "/")
    first = browser.sock
    for _ in range(3):
        assert get(browser, "/plain")[0] == 200
        assert browser.sock is first


def test_head_has_the_headers_of_get_and_no_body(browser: http.client.HTTPConnection) -> None:
    _, _, headers = get(browser, "/")
    status, body, of_head = get(browser, "/", "HEAD")
    assert (status, body) == (200, b"")
    assert of_head.items() == headers.items()
    assert get(browser, "/nothing", "HEAD")[:2] == (404, b"")


def test_what_is_not_there_is_404(browser: http.client.HTTPConnection) -> None:
    assert get(browser, "/nothing")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_405_and_the_connection_lives(
    browser: http.client.HTTPConnection, method: str
) -> None:
    status, _, headers = get(browser, "/", method, b"a body that must be read away")
    assert status == 405
    assert headers["Allow"] == "GET, HEAD"
    assert get(browser, "/")[0] == 200


def test_names_are_percent_encoded_and_queries_left_out(port: int) -> None:
    for path in ("/gr%C3%BC%C3%9Fe", "/gr%C3%BC%C3%9Fe?a=b"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            assert response.read().decode() == "Grüße"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing", timeout=10)


def test_a_large_page_arrives_whole() -> None:
    page = bytes(range(256)) * 8192
    with Lab("loopback") as lab:
        port = lab.host("server").listen(app=apps.Http({"/": page})).port
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as response:
            assert response.read() == page


def test_the_default_pages_are_there() -> None:
    with Lab("loopback") as lab:
        port = lab.host("server").listen(app=apps.Http()).port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/long.txt", timeout=10) as response:
            assert response.read().count(b"\n") == 1000


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS, to the wrong port\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # no Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"431"),
    ],
)
def test_what_is_no_request_is_told_so_and_cut_off(request_: bytes, status: bytes) -> None:
    sent, closed = talk(request_, cut=4096)
    assert sent.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in sent
    assert closed


def test_after_nonsense_nothing_is_answered() -> None:
    session = apps.Http(PAGES).session(("10.0.0.1", 80), ("10.0.0.2", 50000))
    assert list(session.handle(apps.Data(b"nonsense\r\n\r\n")))
    assert not list(session.handle(apps.Data(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")))


def test_an_old_client_is_hung_up_on_after_its_answer() -> None:
    sent, closed = talk(b"GET /plain HTTP/1.0\r\n\r\n")
    assert sent.endswith(b"\r\n\r\ntext")
    assert closed
    sent, closed = talk(b"GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"Connection: close" in sent
    assert closed


def test_requests_may_come_in_one_go() -> None:
    one = b"GET /plain HTTP/1.1\r\nHost: a\r\n\r\n"
    sent, closed = talk(one * 3)
    assert sent == talk(one)[0] * 3
    assert not closed


@given(st.integers(min_value=1, max_value=200))
def test_where_the_stream_is_cut_does_not_matter(cut: int) -> None:
    requests = (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"4\r\nbody\r\n0\r\n\r\nHEAD /plain HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    assert talk(requests, cut=cut) == talk(requests)


def test_a_client_that_waits_to_be_asked_is_asked() -> None:
    sent, _ = talk(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    )
    assert sent == b"HTTP/1.1 100 \r\n\r\n"


def test_a_proxy_style_target_is_understood() -> None:
    sent, _ = talk(b"GET http://server/plain HTTP/1.1\r\nHost: server\r\n\r\n")
    assert sent.endswith(b"\r\n\r\ntext")


def test_a_client_that_hangs_up_is_hung_up_on() -> None:
    for begun in ([], [apps.Data(b"GET / HT")]):
        session = apps.Http(PAGES).session(("10.0.0.1", 80), ("10.0.0.2", 50000))
        for event in begun:
            assert not list(session.handle(event))
        assert list(session.handle(apps.PeerClosed()))[-1] == apps.Close()


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    sent, _ = talk(noise)
    if sent:
        parser = h11.Connection(h11.CLIENT)
        parser.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        parser.receive_data(sent)
        assert isinstance(parser.next_event(), h11.Response)


def test_the_same_request_gets_the_same_bytes() -> None:
    sent, _ = talk(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"date:" not in sent.lower()
    assert sent == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 13\r\n\r\n"
        b"<h1>Home</h1>"
    )


def test_a_bad_request_after_a_head_gets_the_body_that_was_announced() -> None:
    sent, closed = talk(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
    _, _, refusal = sent.partition(b"\r\n\r\n")
    head, _, body = refusal.partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(body) in head
    assert body
    assert closed
