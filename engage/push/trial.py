"""One push message on request, so that whoever relies on them learns whether they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from engage.errors import N_
from engage.i18n import SOURCE_LANGUAGE, closest, translate
from engage.push.model import News

if TYPE_CHECKING:
    from engage.people.model import Principal
    from engage.push.model import Fate, Subscription

TITLE: Final = N_("This is a test")
BODY: Final = N_("So you are told when somebody waits for you.")
TAG: Final = "engage test"
UNKNOWN: Final = "unknown"


class Subscribed(Protocol):
    """Who is subscribed; `engage.push.service` in the product."""

    def held(self, who: str, endpoint: str) -> Subscription | None:
        """A browser of somebody, as it is subscribed."""
        ...

    async def gone(self, subscription: Subscription) -> None:
        """A push service no longer knows this browser."""
        ...


class Sender(Protocol):
    """Sends at once; `engage.push.sending` in the product."""

    async def send_now(self, subscription: Subscription, news: News) -> Fate:
        """Past the outbox, and without another try."""
        ...


class Trial:
    """Sends a message to one browser and tells what its push service answered."""

    def __init__(self, subscribed: Subscribed, sender: Sender) -> None:
        self._subscribed, self._sender = subscribed, sender

    async def run(self, principal: Principal, endpoint: str, language: str) -> str:
        """`sent`, `again` (the push service is away), `refused`, `gone` or `unknown`."""
        subscription = self._subscribed.held(principal.who, endpoint)
        if subscription is None:
            return UNKNOWN
        tag = closest(language) or SOURCE_LANGUAGE
        news = News(translate(TITLE, tag), translate(BODY, tag), TAG, "/wave/")
        outcome = await self._sender.send_now(subscription, news)
        if outcome.value == "gone":
            await self._subscribed.gone(subscription)
        return outcome.value
