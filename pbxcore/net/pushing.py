"""Pushes handed to the site's gateway, which knows the push services (RFC 8599 §5.6.2)."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING

from pbxcore.http_client import EVERYWHERE, HttpClient, NoAnswer

if TYPE_CHECKING:
    from pbxcore.directory import Directory
    from pbxcore.presence.push import Push

log = logging.getLogger(__name__)
WITHIN_S = 4.0  # a caller waits meanwhile


class Pushing:
    """Sends each as a POST with JSON, in a task of the running loop."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._client = HttpClient(
            private=EVERYWHERE, in_clear=False, trust=lambda: directory.settings.tls_trusted
        )
        self._tasks: dict[Push, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    def send(self, push: Push, number: str) -> None:
        """Ask for a phone to be woken, unless that is under way; its REGISTER shows whether."""
        if push in self._tasks:
            return
        task = asyncio.get_running_loop().create_task(self._send(push, number))
        self._tasks[push] = task
        task.add_done_callback(lambda _: self._tasks.pop(push))

    async def _send(self, push: Push, number: str) -> None:
        gateway = self._directory.settings.push_gateway
        told = {
            "provider": push.provider,
            "param": push.param,
            "prid": push.prid,
            "extension": number,
        }
        headers = {"Content-Type": "application/json"}
        body = json.dumps(told).encode()
        try:
            answer = await self._client.post(gateway, headers, body, within_s=WITHIN_S)
        except NoAnswer as error:
            log.warning("push gateway does not answer", extra={"why": str(error)})
            return
        if not 200 <= answer.status < 300:
            log.warning(
                "push gateway does not push", extra={"extension": number, "status": answer.status}
            )
