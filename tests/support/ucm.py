"""A program written for the UCM's HTTPS API: from the wire alone, knowing nothing of our code."""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.server import Server

USER, PASSWORD = "calls", "Api-calls-2026!"


@dataclass(frozen=True)
class Answered:
    """What came back: the HTTP status and the two members of the envelope."""

    http: int
    status: int
    response: dict[str, Any]
    body: bytes


class UcmClient:
    """Speaks TLS without asking whose certificate it is, as nearly all such programs do."""

    def __init__(self, host: str, port: int, user: str = "", password: str = "") -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self.at = port, user, password
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE
        self.cookie = ""

    def raw(
        self,
        body: bytes,
        *,
        path: str = "/api",
        method: str = "POST",
        content_type: str = "application/json;charset=UTF-8",
    ) -> tuple[int, dict[str, str], bytes]:
        """Send bytes; status, headers and bytes of the answer."""
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=30, context=self._tls
        )
        try:
            connection.request(
                method, path, body or None, {"Content-Type": content_type, "Connection": "close"}
            )
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    def request(self, request: dict[str, Any]) -> Answered:
        """Send one request in its envelope, exactly as it is given."""
        status, _, body = self.raw(json.dumps({"request": request}).encode())
        told = json.loads(body)
        assert isinstance(told["status"], int), body
        return Answered(status, told["status"], told["response"], body)

    def ask(self, action: str, **parameters: Any) -> Answered:
        """One action with the cookie of this session."""
        return self.request({"action": action, "cookie": self.cookie, **parameters})

    def challenge(self) -> str:
        """Ask for a challenge."""
        answer = self.request({"action": "challenge", "user": self._user, "version": "1.0"})
        assert answer.status == 0, answer
        return str(answer.response["challenge"])

    def token(self, challenge: str) -> str:
        """What the login sends for it."""
        return hashlib.md5((challenge + self._password).encode()).hexdigest()  # noqa: S324

    def login(self) -> Answered:
        """Challenge and login; the cookie is kept when it succeeds."""
        return self.answer_challenge(self.challenge())

    def answer_challenge(self, challenge: str) -> Answered:
        """Log in with the token for a challenge."""
        answer = self.request(
            {"action": "login", "user": self._user, "token": self.token(challenge)}
        )
        if answer.status == 0:
            self.cookie = str(answer.response["cookie"])
        return answer


def signed_in(server: Server, admin: Program) -> UcmClient:
    """A program that is signed in as a user of its own."""
    admin.post("/v1/api-users", {"user": USER, "password": PASSWORD})
    program = UcmClient("127.0.0.1", server.https_port, USER, PASSWORD)
    assert program.login().status == 0
    return program


def settled(server: Server, admin: Program) -> None:
    """Wait until the PBX of a server holds what was changed."""
    assert signed_in(server, admin).ask("applyChanges").status == 0
