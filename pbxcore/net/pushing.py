"""Pushes handed to the site's gateway, which knows the push services (RFC 8599 §5.6.2)."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from typing import TYPE_CHECKING

from pbxcore.net.https_client import NoAnswer, exchange

if TYPE_CHECKING:
    from pbxcore.directory import Directory
    from pbxcore.presence.push import Push

log = logging.getLogger(__name__)


class Pushing:
    """Sends each as a POST with JSON, in a task of the running loop."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, push: Push, number: str) -> None:
        """Ask for a phone to be woken; whether it wakes shows by its REGISTER."""
        task = asyncio.get_running_loop().create_task(self._send(push, number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, push: Push, number: str) -> None:
        settings = self._directory.settings
        context = ssl.create_default_context()
        if settings.tls_trusted:
            context.load_verify_locations(cadata=settings.tls_trusted)
        told = {
            "provider": push.provider,
            "param": push.param,
            "prid": push.prid,
            "extension": number,
        }
        headers = {"Content-Type": "application/json"}
        body = json.dumps(told).encode()
        try:
            answer = await exchange(
                "POST", settings.push_gateway, context, headers=headers, body=body
            )
        except NoAnswer as error:
            log.warning("push gateway does not answer", extra={"why": str(error)})
            return
        if not 200 <= answer.status < 300:
            log.warning(
                "push gateway does not push", extra={"extension": number, "status": answer.status}
            )
