"""A small web server for HTTP/1.1, on h11, which knows the grammar of RFC 9112. Its port is 80.

It has no clock, so it sends no Date field (RFC 9110 6.6.1 forbids it then), and the same requests
get the same bytes on every day.
"""

from collections.abc import Iterable, Iterator, Mapping

from portlab.apps.app import Action, Address, Close, Data, Event, PeerClosed, Send

PAGES: Mapping[str, str | bytes] = {
    "/": "<!doctype html>\n<title>portlab</title>\n<h1>Hello from port 80</h1>\n",
    "/hello.txt": "Hello!\n",
    "/long.txt": "".join(f"This is line {number} of 1000.\n" for number in range(1, 1001)),
}
"""What Http serves unless it is given other pages; /long.txt takes many segments."""

_METHODS = ("GET", "HEAD")


class Http:
    """Serves `pages`, contents by path; text is sent as UTF-8. Connections are kept alive.

    Answers GET and HEAD with 200 or 404, other methods with 405, and what is no HTTP with 400
    (or the 4xx code that fits better), after which it closes.
    """

    name = "Http"

    def __init__(self, pages: Mapping[str, str | bytes] = PAGES) -> None:
        self._pages = {
            path: page.encode() if isinstance(page, str) else bytes(page)
            for path, page in pages.items()
        }

    def session(self, local: Address, peer: Address) -> "_HttpSession":
        return _HttpSession(self._pages)


class _HttpSession:
    def __init__(self, pages: Mapping[str, bytes]) -> None:
        import h11

        self._h11 = h11
        self._http = h11.Connection(h11.SERVER)
        self._pages = pages
        self._request: h11.Request | None = None
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return
        if isinstance(event, Data):
            self._http.receive_data(event.data)
        elif isinstance(event, PeerClosed):
            self._http.receive_data(b"")
        else:
            return
        answer = b"".join(self._answers())
        if answer:
            yield Send(answer)
        if self._over:
            yield Close()

    def _answers(self) -> Iterator[bytes]:
        """The bytes to send for all that has come, one request after the other."""
        h11 = self._h11
        while not self._over:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self._over = True
                if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                    yield self._response(error.error_status_hint, f"{error}\n".encode())
                return
            if isinstance(event, h11.Request):
                self._request = event
                if self._http.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    yield self._http.send(go_on) or b""
            elif isinstance(event, h11.EndOfMessage):
                yield self._answer()
            elif isinstance(event, h11.ConnectionClosed):
                self._over = True
            elif event is h11.NEED_DATA or event is h11.PAUSED:
                return

    def _answer(self) -> bytes:
        assert self._request is not None
        method = self._request.method.decode("ascii")
        page = self._pages.get(_path(self._request.target))
        if method not in _METHODS:
            answer = self._response(405, b"Only GET and HEAD here.\n")
        elif page is None:
            answer = self._response(404, b"There is no such page.\n")
        else:
            answer = self._response(200, page)
        self._request = None
        if self._http.our_state is self._h11.DONE:
            self._http.start_next_cycle()
        else:
            self._over = True
        return answer

    def _response(self, status: int, body: bytes) -> bytes:
        from http import HTTPStatus

        h11, http = self._h11, self._http
        kind = "text/html" if body.startswith(b"<") else "text/plain"
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
        if status == 405:
            headers.append(("Allow", ", ".join(_METHODS)))
        if self._over:
            headers.append(("Connection", "close"))
        reason = HTTPStatus(status).phrase
        sent = http.send(h11.Response(status_code=status, reason=reason, headers=headers)) or b""
        if self._request is None or self._request.method != b"HEAD":
            sent += http.send(h11.Data(data=body)) or b""
        return sent + (http.send(h11.EndOfMessage()) or b"")


def _path(target: bytes) -> str:
    """The path that a request asks for, without its query (RFC 9112 3.2).

    >>> _path(b"/a%20b?c"), _path(b"http://server/a")
    ('/a b', '/a')
    """
    from urllib.parse import unquote

    text = target.decode("ascii", "replace")
    if text.lower().startswith("http://"):
        text = "/" + text[7:].partition("/")[2]
    return unquote(text.partition("?")[0])
