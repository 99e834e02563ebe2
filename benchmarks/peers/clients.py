"""Who looks at a page: a browser's connection that is kept, or Streamlit's socket."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from typing import TYPE_CHECKING, Self

from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.peers.turns import Failed
from benchmarks.sessions import Person

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from benchmarks.sessions import Served

_PATIENCE = 600  # seconds


class Browser:
    """One kept connection to a server, as a browser has it."""

    def __init__(self, server: Served) -> None:
        self._connection = http.client.HTTPConnection(server.address, timeout=_PATIENCE)
        self._cookie = server.cookie
        self.answer = ""

    def get(self, path: str) -> float:
        """Ask for a page; the seconds until the answer is whole.

        Raises:
            Failed: the server does not give it.
        """
        began = time.perf_counter()
        try:
            try:
                answer = self._asked(path)
            except (http.client.RemoteDisconnected, ConnectionError):
                # A server lets a connection go that has been idle: browsers reconnect.
                self._connection.close()
                answer = self._asked(path)
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Failed(f"fails ({type(error).__name__})") from error
        spent = time.perf_counter() - began
        if answer.status != http.client.OK:
            raise Failed(f"fails (HTTP {answer.status})")
        self.answer = body.decode()
        return spent

    def _asked(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        return self._connection.getresponse()

    def close(self) -> None:
        """Close it."""
        self._connection.close()


class Loop:
    """A thread that answers the servers' pings while others are measured for long."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine):
        """What the work gives, once it is done."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Reader:
    """Somebody with a page of a Streamlit app open.

    Args:
        loop: runs what waits for the socket.
        server: the app.
        page: the name of its first page.
    """

    def __init__(self, loop: Loop, server: Served, page: str) -> None:
        self._loop, self._page = loop, page
        self._browser = Browser(server)
        self._person = loop.run(Person.arriving(server, page))

    def click(self, query: str, page: str | None = None) -> float:
        """Ask for the page under another address; seconds until it is all there.

        Raises:
            Failed: the page shows an exception.
        """
        name = self._page if page is None else page
        return self._sent(self._person.click(query, name))

    def press(self, query: str, key: str, choice: str = "") -> float:
        """Press a button of the page, or choose in a menu button.

        Raises:
            Failed: the page shows an exception, or has no such button.
        """
        pressed = WidgetState(id=self._identity(key))
        if choice:
            pressed.string_trigger_value.data = choice
        else:
            pressed.trigger_value = True
        return self._sent(self._person.click(query, self._page, pressed))

    def fetch(self, kind: str) -> float:
        """Get the file that a `link_button` or `download_button` leads to."""
        urls = [element.url for element in self._elements(kind)]
        if not urls:
            raise Failed("fails (no file)")
        return self._browser.get(urls[-1])

    @property
    def file(self) -> str:
        """The file that was fetched last."""
        return self._browser.answer

    def shows(self, text: str) -> bool:
        """Whether the page that came last has this text somewhere."""
        wanted = text.encode()
        return any(wanted in told.SerializeToString() for told in self._person.heard)

    def texts(self) -> list[str]:
        """The texts of the page that came last."""
        return [element.body for element in self._elements("markdown")]

    def close(self) -> None:
        """Close the page."""
        self._loop.run(self._person.leave())
        self._browser.close()

    def _sent(self, waiting) -> float:
        spent = self._loop.run(waiting)
        if self._elements("exception"):
            raise Failed("fails (an exception on the page)")
        return spent

    def _identity(self, key: str) -> str:
        for kind in ("button", "menu_button"):
            for element in self._elements(kind):
                if element.id.endswith(f"-{key}"):
                    return element.id
        raise Failed(f"fails (no button {key})")

    def _elements(self, kind: str) -> list:
        found = []
        for told in self._person.heard:
            if told.WhichOneof("type") == "delta":
                element = told.delta.new_element
                if element.WhichOneof("type") == kind:
                    found.append(getattr(element, kind))
        return found
