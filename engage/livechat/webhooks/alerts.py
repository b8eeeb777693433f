"""A mail to the warning contacts when a webhook was switched off because it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.mailing import post_to_each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.webhooks.model import Attempt, Endpoint
    from engage.mailing import Mailer

KIND = "webhook_off"


class WebhookAlerts:
    """Tells whoever looks after the installation; `contacts`: whom, by what is set now."""

    def __init__(self, mailer: Mailer, contacts: Callable[[], Sequence[str]]) -> None:
        self._mailer, self._contacts = mailer, contacts

    async def switched_off(
        self, connection: AsyncConnection, endpoint: Endpoint, made: Attempt
    ) -> None:
        """In the transaction that switches it off after this attempt."""
        params: dict[str, str | int] = {
            "webhook": endpoint.name,
            "host": urlsplit(endpoint.url).hostname or "",  # paths may hold a secret
            "answer": str(made.status or made.error),
            "failing_since": endpoint.failing_since_ms or made.at_ms,
            "link": f"/admin/#/{'webhooks' if endpoint.bot_of is None else 'livechats'}",
        }
        await post_to_each(
            self._mailer,
            connection,
            KIND,
            self._contacts(),
            params,
            occasion=f"{endpoint.id}:{made.at_ms}",
        )
