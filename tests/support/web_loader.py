"""A web loader of QueueMetrics: keeps the rows it is told, and is out of order when asked to be."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Callable


class FakeLoader:
    """Speaks the loader's protocol on a free port."""

    def __init__(self, login: str = "webqloader", password: str = "secret") -> None:  # noqa: S107
        self.account = f"{login}:{password}"
        self.rows: list[dict[str, Any]] = []
        self.asked = self.refused = self.connections = 0
        self.refusing = self.impatient = False
        self._moved = threading.Condition()
        loader = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                loader.connections += 1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, told = loader.answer(self.headers["Authorization"] or "", body)
                said = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                if loader.impatient:  # and does not say so: as a server ends what is idle
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *about: object) -> None:  # keep quiet
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/queuemetrics/jsonQLoaderApi.do"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, true: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait until that is so."""
        with self._moved:
            assert self._moved.wait_for(true, within_s)

    def answer(self, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """What is said to a request; one at a time."""
        with self._moved:
            answer = self._answer(authorization, body)
            self._moved.notify_all()
        return answer

    def _answer(self, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        kind, _, account = authorization.partition(" ")
        if kind != "Basic" or base64.b64decode(account).decode() != self.account:
            return 401, {}
        command = json.loads(parse_qs(body.decode())["COMMANDSTRING"][0])
        assert command["version"] == "1.0"
        told = {"commandId": command["commandId"], "token": command["token"]}
        if self.refusing:
            self.refused += 1
            return 200, {**told, "resultStatus": "ERR: database", "result": None}
        match command["commandId"]:
            case "checkHWM":
                self.asked += 1
                times = [each["timeId"] for each in self.rows if each["token"] == command["token"]]
                return 200, {**told, "resultStatus": "OK", "result": max(times, default=None)}
            case "insertRow":
                self.rows.append(command)
                return 200, {**told, "resultStatus": "OK", "result": None}
        return 200, {**told, "resultStatus": "ERR: unknown command", "result": None}

    def lines(self) -> list[str]:
        """The rows as they stand in a queue log, in the order in which they came."""
        named = ("timeId", "callId", "queue", "agent", "verb")
        return ["|".join([*(row[each] for each in named), *row["parameters"]]) for row in self.rows]
