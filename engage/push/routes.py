"""Push subscriptions over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.routing import Route

from engage.push.model import ENDPOINT_LIMIT
from engage.web.openapi import operation
from engage.web.requests import answer, principal, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from engage.push.service import Push
    from engage.push.trial import Trial

Endpoint = Annotated[str, Field(min_length=1, max_length=ENDPOINT_LIMIT)]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class SubscriptionKeys(BaseModel):
    """The keys of a browser's subscription, in base64url."""

    model_config = ConfigDict(extra="forbid")

    p256dh: Key
    auth: Key


class Subscribe(BaseModel):
    """A subscription as browsers give it (`PushSubscription.toJSON`)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    endpoint: Endpoint
    keys: SubscriptionKeys
    expiration_time: Annotated[float | None, Field(alias="expirationTime")] = None


class Unsubscribe(BaseModel):
    """Which browser is told nothing more."""

    model_config = ConfigDict(extra="forbid")

    endpoint: Endpoint


class TryPush(BaseModel):
    """Which browser is sent a message now, in which language."""

    model_config = ConfigDict(extra="forbid")

    endpoint: Endpoint
    language: Annotated[str, Field(max_length=35)] = ""


class PushTried(BaseModel):
    """What became of it.

    `sent` to the push service; `again`: it could not be reached; `refused` by it; `gone`: it no
    longer knows the browser; `unknown` here.
    """

    outcome: Literal["sent", "again", "refused", "gone", "unknown"]


class PushView(BaseModel):
    """The server's key, which browsers subscribe with, and how many of one's own are subscribed."""

    key: str
    subscriptions: int


class PushRoutes:
    """Translates requests to the service, and its answers back."""

    def __init__(self, push: Push, key: Callable[[], str], trial: Trial) -> None:
        """`key` gives the server's public key in base64url."""
        self._push, self._key, self._trial = push, key, trial

    def routes(self) -> list[Route]:
        """What this slice serves."""
        path = "/v1/me/push"
        return [
            Route(path, self.get, methods=["GET"]),
            Route(path, self.subscribe, methods=["POST"]),
            Route(path, self.unsubscribe, methods=["DELETE"]),
            Route(f"{path}/trial", self.try_out, methods=["POST"]),
        ]

    @operation("Read the key for push messages", answer=PushView, roles=("user",), tag="me")
    async def get(self, request: Request) -> Response:
        """Browsers name it when they subscribe with their push service."""
        user = await principal(request, "user")
        return answer({"key": self._key(), "subscriptions": self._push.count(user.who)})

    @operation(
        "Subscribe a browser to push messages",
        body=Subscribe,
        answer=PushView,
        status=201,
        roles=("user",),
        tag="me",
    )
    async def subscribe(self, request: Request) -> Response:
        """It is told of news while Wave is open nowhere; the same browser again changes nothing."""
        user = await principal(request, "user")
        body = await read(request, Subscribe)
        await self._push.subscribe(user, body.endpoint, body.keys.p256dh, body.keys.auth)
        return answer({"key": self._key(), "subscriptions": self._push.count(user.who)}, 201)

    @operation("Unsubscribe a browser", body=Unsubscribe, status=204, roles=("user",), tag="me")
    async def unsubscribe(self, request: Request) -> Response:
        """It is told nothing more."""
        user = await principal(request, "user")
        body = await read(request, Unsubscribe)
        await self._push.unsubscribe(user, body.endpoint)
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation("Try push messages out", body=TryPush, answer=PushTried, roles=("user",), tag="me")
    async def try_out(self, request: Request) -> Response:
        """One message to this browser at once, whether Wave is open or not."""
        user = await principal(request, "user")
        body = await read(request, TryPush)
        return answer({"outcome": await self._trial.run(user, body.endpoint, body.language)})
