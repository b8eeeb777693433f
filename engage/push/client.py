"""Posts to push services: those on the public Internet alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxcore.http_client import EVERYWHERE, HttpClient
from pbxcore.http_client import AddressForbidden as AddressForbidden
from pbxcore.http_client import NoAnswer as PushFailed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

__all__ = ["AddressForbidden", "PushAnswer", "PushClient", "PushFailed"]


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What a push service said."""

    status: int
    retry_after_s: int | None


class PushClient:
    """Posts to push services."""

    def __init__(self, *, private: bool = False, trust: ssl.SSLContext | None = None) -> None:
        """Be ready.

        Args:
            private: whether private addresses are connected (tests have their push service there).
            trust: whose certificates are taken; those the system trusts if None.
        """
        self._http = HttpClient(private=EVERYWHERE if private else (), trust=trust)

    async def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> PushAnswer:
        """Send one message.

        Raises:
            PushFailed: there was no answer; `AddressForbidden` when none was asked for.
        """
        answer = await self._http.post(endpoint, headers, body)
        return PushAnswer(answer.status, answer.retry_after_s)
