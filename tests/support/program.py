"""A program that talks to a running server over HTTP, as `curl` would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.support.server import Reply


class Program:
    """Signed in with a bearer token."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url, self._token = url, ""
        signed_in = self.post("/v1/sign-in", {"user": user, "password": password})
        assert signed_in.status == 200, signed_in.body
        self._token = signed_in.json()["token"]

    @property
    def authorization(self) -> str:
        """The header that stands for the session."""
        return f"Bearer {self._token}"

    def get(self, path: str) -> Reply:
        """Ask for something."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any = None) -> Reply:
        """Send something as JSON."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: Any) -> Reply:
        """Change some fields."""
        return self._ask("PATCH", path, body)

    def delete(self, path: str) -> Reply:
        """Remove something."""
        return self._ask("DELETE", path, None)

    def send(self, method: str, path: str, data: bytes, content_type: str) -> Reply:
        """Send a file."""
        return self._request(method, path, data, content_type)

    def _ask(self, method: str, path: str, body: Any) -> Reply:
        if method not in ("POST", "PATCH"):
            return self._request(method, path, None)
        data = b"" if body is None else json.dumps(body).encode()
        return self._request(method, path, data, "application/json")

    def _request(self, method: str, path: str, data: bytes | None, content_type: str = "") -> Reply:
        headers = {"authorization": self.authorization} if self._token else {}
        if content_type:
            headers["content-type"] = content_type
        request = urllib.request.Request(  # noqa: S310 - our own server
            self._url + path, data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return Reply(answer.status, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, refused.read())
