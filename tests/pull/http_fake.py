"""A server on the loopback that answers as a CRM does, and fails as one does when told to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Said = Mapping[str, str]


@dataclass
class Reply:
    """What is sent back."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: bool = False
    """Whether the connection is closed in the middle of the body."""


@dataclass
class Fault:
    """What goes wrong, with which requests, and how often."""

    where: str
    times: int
    change: Callable[[Reply], Reply]


@dataclass
class Fake:
    """A CRM: `answer` by method, path, query and body; and the faults it has been told of."""

    token: str
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Every request, as `GET /path?query`."""
    url: str = ""

    def answer(self, method: str, path: str, query: Said, body: Any) -> Reply:
        """The answer of one CRM."""
        raise NotImplementedError

    def unauthorized(self) -> Reply:
        """What it says to a wrong token."""
        raise NotImplementedError

    def needs_token(self, path: str) -> bool:
        """Whether a path is only for who has signed in."""
        return True

    def refuses(
        self, where: str, status: int, said: Any, *, times: int = 10_000, **headers: str
    ) -> None:
        """From now on requests that match are refused, so many times."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(Fault(where, times, lambda _: reply(said, status, named)))

    def cuts(self, where: str, *, times: int = 10_000) -> None:
        """From now on answers to requests that match break off, so many times."""
        self.faults.append(
            Fault(where, times, lambda r: Reply(r.body, r.status, r.headers, r.kind, cut=True))
        )

    def recovers(self) -> None:
        """Everything works again."""
        self.faults.clear()

    def times_asked(self, where: str) -> int:
        """How often something that matches was asked for."""
        return sum(bool(re.search(where, asked)) for asked in self.asked)


def reply(said: Any, status: int = 200, headers: Said | None = None) -> Reply:
    """An answer in JSON."""
    return Reply(json.dumps(said).encode(), status, headers or {})


@contextmanager
def serving(fake: Fake) -> Iterator[None]:
    """The fake under an address of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet: apart they wait for each other

        def do_GET(self) -> None:
            self.serve("GET")

        def do_POST(self) -> None:
            self.serve("POST")

        def do_DELETE(self) -> None:
            self.serve("DELETE")

        def serve(self, method: str) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = f"{method} {self.path}"
            fake.asked.append(asked)
            signed = self.headers.get("Authorization") == f"Bearer {fake.token}"
            if fake.needs_token(parts.path) and not signed:
                said = fake.unauthorized()
            else:
                said = fake.answer(method, parts.path, query, sent)
            for fault in fake.faults:
                if fault.times and re.search(fault.where, asked):
                    fault.times -= 1
                    said = fault.change(said)
                    break
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body)))
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body[: len(said.body) // 2] if said.cut else said.body)
            if said.cut:
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
