"""A model hub of our own: the endpoints that the hub's client uses to find and fetch a file, on this machine.

Like the real hub it answers for a file with its commit, size and ETag, and sends the client on to another host (here
`localhost` instead of `127.0.0.1`) for the bytes.
"""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Served:
    """One file of the hub, and what goes wrong with it."""

    content: bytes
    announced: str = ""  # the sha256 that the hub claims; that of the content unless told otherwise
    token: str | None = None  # a gated file: only this token may read it
    refusal: int = 0  # the status that every request for it gets
    cuts: list[int] = field(default_factory=list)  # the next downloads break after so many bytes
    may_send: threading.Event | None = None  # downloads wait for it
    ranges: list[str | None] = field(default_factory=list)  # the Range of every download asked for
    tokens_at_storage: list[str | None] = field(default_factory=list)  # must stay None: storage is another host

    def __post_init__(self) -> None:
        self.announced = self.announced or hashlib.sha256(self.content).hexdigest()


class HubServer(ThreadingHTTPServer):
    """Serves `files`: address without the leading slash, such as `owner/name/resolve/main/file.pt` -> file."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, Served] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def serve(self, repo: str, file: str, content: bytes, **faults: Any) -> Served:
        self.files[f"{repo}/resolve/main/{file}"] = served = Served(content, **faults)
        return served

    def share(self, file_id: str, content: bytes, **faults: Any) -> Served:
        """Serve as the authors' drive does: straight away, for an id."""
        self.files[file_id] = served = Served(content, **faults)
        return served

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def running_hub() -> Iterator[HubServer]:
    with HubServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        address, _, query = self.path.removeprefix("/").partition("?")
        if address.startswith("storage/"):
            self._send_bytes(self.server.files[address.removeprefix("storage/")])
        elif address == "uc" and (shared := self.server.files.get(query.removeprefix("id="))):
            self._send_bytes(shared)
        elif address == "uc":
            self._refuse(404)
        elif address in self.server.files:
            self._send_on(address, self.server.files[address])
        elif any(known.partition("/resolve/")[0] == address.partition("/resolve/")[0] for known in self.server.files):
            self._refuse(404, "EntryNotFound")
        else:
            self._refuse(401, "RepoNotFound")

    def _send_on(self, address: str, file: Served) -> None:
        if file.token is not None and self.headers["Authorization"] != f"Bearer {file.token}":
            self._refuse(401, "GatedRepo")
            return
        if file.refusal:
            self._refuse(file.refusal)
            return
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{self.server.server_port}/storage/{address}")
        self.send_header("X-Repo-Commit", "0123456789abcdef0123456789abcdef01234567")
        self.send_header("X-Linked-Size", str(len(file.content)))
        self.send_header("X-Linked-Etag", f'"{file.announced}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_bytes(self, file: Served) -> None:
        asked = self.headers["Range"]
        file.ranges.append(asked)
        file.tokens_at_storage.append(self.headers["Authorization"])
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0  # type: ignore[index]
        rest = file.content[start:]
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(file.content) - 1}/{len(file.content)}")
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", f'"{file.announced}"')
        self.end_headers()
        if file.may_send is not None:
            file.may_send.wait()
        self.wfile.write(rest[: file.cuts.pop(0)] if file.cuts else rest)
        self.close_connection = True

    def _refuse(self, status: int, code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""
