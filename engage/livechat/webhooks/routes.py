"""Webhooks over HTTP for administrators: `/v1/webhooks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from starlette.responses import Response
from starlette.routing import Route

from engage.errors import N_, Invalid
from engage.livechat.webhooks.endpoints import Draft
from engage.livechat.webhooks.forms import ChangeWebhook, PostWebhook, WebhookForm
from engage.livechat.webhooks.wire import (
    delivery_json,
    details_json,
    endpoint_json,
    listed_json,
)
from engage.partial_body import Body, sent
from engage.system.actor import Module
from engage.web import requests
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.livechat.webhooks.endpoints import Endpoints, Listed
    from engage.livechat.webhooks.model import Delivery
    from engage.system.actor import Actor

SORTS = ("created_at", "name", "url", "enabled", "waiting", "failed")
STATES = ("waiting", "sent", "failed")


class WebhookView(WebhookForm):
    """A webhook, and how it does."""

    id: str
    version: int
    created_at: str
    failures: int
    failing_since: str | None
    disabled_reason: str
    waiting: int = 0
    failed: int = 0


class NewWebhookView(WebhookView):
    """A new webhook: `secret` is told here, and never again."""

    secret: str | None


class WebhookPage(BaseModel):
    """A page of them, `cursor` asks for the next."""

    items: list[WebhookView]
    cursor: str | None = None
    total: int | None = None


class WebhookSecretView(BaseModel):
    """What messages are signed with from now on, told once."""

    secret: str


class WebhookAttemptView(BaseModel):
    """One try: what was answered, or why nothing was."""

    at: str
    took_ms: int
    status: int | None
    error: str
    response: str


class WebhookDeliveryView(BaseModel):
    """A message on its way, or settled."""

    id: str
    type: str
    conversation: str | None
    state: str
    tries: int
    created_at: str
    due_at: str | None
    status: int | None
    error: str


class WebhookDeliveryDetails(WebhookDeliveryView):
    """A message whole, with what came back."""

    url: str
    headers: dict[str, str]
    payload: dict[str, Any]
    attempts: list[WebhookAttemptView]


class WebhookDeliveryPage(BaseModel):
    """The newest first, `cursor` asks for older ones."""

    items: list[WebhookDeliveryView]
    cursor: str | None


class ReplayRange(Body):
    """What was made from then on and before then."""

    since: AwareDatetime = Field(strict=False)
    until: AwareDatetime = Field(strict=False)


class Replayed(BaseModel):
    """How many messages wait again."""

    count: int


class WebhookRoutes:
    """The HTTP edge of webhooks."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def routes(self) -> list[Route]:
        """What is served."""
        one = "/v1/webhooks/{id}"
        delivery = f"{one}/deliveries/{{delivery}}"
        return [
            Route("/v1/webhooks", self.page, methods=["GET"]),
            Route("/v1/webhooks", self.add, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.change, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/secret", self.renew_secret, methods=["POST"]),
            Route(f"{one}/test", self.test, methods=["POST"]),
            Route(f"{one}/replay", self.replay_range, methods=["POST"]),
            Route(f"{one}/deliveries", self.deliveries, methods=["GET"]),
            Route(delivery, self.delivery, methods=["GET"]),
            Route(f"{delivery}/replay", self.replay, methods=["POST"]),
        ]

    @operation(
        "List the webhooks", answer=WebhookPage, roles=("admin",), query=QUERY, tag="webhooks"
    )
    async def page(self, request: Request) -> Response:
        """With what waits, and what could not be delivered."""
        wanted = asked(request, sorts=SORTS)
        found = await self._endpoints.listed(await requests.actor(request, "admin"))
        found = matching(found, wanted, lambda each: (each.endpoint.name, each.endpoint.url))
        if wanted.as_csv:
            ordered = in_order(found, wanted, key=_key, ident=lambda each: each.endpoint.id)
            rows = ([listed_json(each)[column] for column in SORTS] for each in ordered)
            return csv_file("webhooks", SORTS, rows)
        return requests.answer(
            page(found, wanted, key=_key, ident=lambda each: each.endpoint.id, shown=listed_json)
        )

    @operation(
        "Make a webhook",
        body=PostWebhook,
        answer=NewWebhookView,
        status=201,
        roles=("admin",),
        tag="webhooks",
    )
    async def add(self, request: Request) -> Response:
        """Its secret is told once."""
        actor = await requests.actor(request, "admin")
        actor.check(Module.LIVECHAT)
        body = await requests.read(request, PostWebhook)
        made, secret = await self._endpoints.add(actor, _draft(body), body.client_id)
        return requests.answer({**endpoint_json(made), "secret": secret}, 201)

    @operation("Read a webhook", answer=WebhookView, roles=("admin",), tag="webhooks")
    async def get(self, request: Request) -> Response:
        """Without its secret."""
        actor = await requests.actor(request, "admin")
        found = self._endpoints.get(actor, requests.named(request))
        return requests.answer(endpoint_json(found))

    @operation(
        "Change a webhook",
        body=ChangeWebhook,
        answer=WebhookView,
        roles=("admin",),
        tag="webhooks",
    )
    async def change(self, request: Request) -> Response:
        """Fields that are left out stay as they are."""
        actor = await requests.actor(request, "admin")
        actor.check(Module.LIVECHAT)
        body = await requests.read(request, ChangeWebhook)
        endpoint_id, (given, version) = requests.named(request), sent(body)
        held = self._endpoints.get(actor, endpoint_id)
        fields = {name: getattr(held, name) for name in WebhookForm.model_fields}
        fields |= {"events": list(held.events), "livechats": list(held.livechats)}
        try:
            form = WebhookForm.model_validate({**fields, **given}, strict=False)
        except ValidationError as error:
            tag = requests.language(request)
            raise Invalid(requests.field_messages(error, WebhookForm, tag)) from None
        changed = await self._endpoints.change(actor, endpoint_id, _draft(form), version)
        return requests.answer(endpoint_json(changed))

    @operation("Delete a webhook", status=204, roles=("admin",), tag="webhooks")
    async def delete(self, request: Request) -> Response:
        """With what is on its way to it."""
        actor = await requests.actor(request, "admin")
        await self._endpoints.delete(actor, requests.named(request))
        return Response(status_code=204)

    @operation(
        "Give a webhook another secret",
        answer=WebhookSecretView,
        status=201,
        roles=("admin",),
        tag="webhooks",
    )
    async def renew_secret(self, request: Request) -> Response:
        """Told once; for a day messages are signed with the former one too."""
        actor = await requests.actor(request, "admin")
        secret = await self._endpoints.renew_secret(actor, requests.named(request))
        return requests.answer({"secret": secret}, 201)

    @operation(
        "Send a webhook a test", answer=WebhookDeliveryDetails, roles=("admin",), tag="webhooks"
    )
    async def test(self, request: Request) -> Response:
        """Tried once, at once; tells what was answered."""
        actor = await requests.actor(request, "admin")
        endpoint_id = requests.named(request)
        delivery, _ = await self._endpoints.test(actor, endpoint_id)
        found = await self._endpoints.delivery(actor, endpoint_id, delivery.id)
        return requests.answer(self._details(actor, found))

    @operation(
        "Send again what was made in a time",
        body=ReplayRange,
        answer=Replayed,
        roles=("admin",),
        tag="webhooks",
    )
    async def replay_range(self, request: Request) -> Response:
        """Each message under the identifier it had."""
        actor = await requests.actor(request, "admin")
        body = await requests.read(request, ReplayRange)
        since, until = (round(each.timestamp() * 1000) for each in (body.since, body.until))
        if until <= since:
            raise Invalid({"until": N_("The end must be after the beginning.")})
        count = await self._endpoints.replay_range(actor, requests.named(request), since, until)
        return requests.answer({"count": count})

    @operation(
        "List the messages of a webhook",
        answer=WebhookDeliveryPage,
        roles=("admin",),
        query=(
            ("limit", "How many, at most 500"),
            ("cursor", "Where the last page ended"),
            ("state", "`waiting`, `sent` or `failed`"),
        ),
        tag="webhooks",
    )
    async def deliveries(self, request: Request) -> Response:
        """Newest first."""
        actor = await requests.actor(request, "admin")
        limit = requests.number(request, "limit", 50, least=1, most=500)
        state = requests.word(request, "state")
        if state and state not in STATES:
            raise Invalid({"state": N_("This is none of the choices.")})
        before = requests.word(request, "cursor")
        states = (state,) if state else ()
        found = await self._endpoints.deliveries(
            actor, requests.named(request), states, before, limit + 1
        )
        cursor = found[limit - 1].id if len(found) > limit else None
        items = [delivery_json(each) for each in found[:limit]]
        return requests.answer({"items": items, "cursor": cursor})

    @operation(
        "Read a message of a webhook",
        answer=WebhookDeliveryDetails,
        roles=("admin",),
        tag="webhooks",
    )
    async def delivery(self, request: Request) -> Response:
        """What was sent, and what came back, shortened; what was said, to who may read records."""
        actor = await requests.actor(request, "admin")
        endpoint_id = requests.named(request)
        found = await self._endpoints.delivery(
            actor, endpoint_id, requests.named(request, "delivery")
        )
        return requests.answer(self._details(actor, found))

    @operation("Send a message of a webhook again", status=202, roles=("admin",), tag="webhooks")
    async def replay(self, request: Request) -> Response:
        """Under the identifier it had, so that a receiver can tell."""
        actor = await requests.actor(request, "admin")
        delivery_id = requests.named(request, "delivery")
        await self._endpoints.replay(actor, requests.named(request), delivery_id)
        return Response(status_code=202)

    def _details(self, actor: Actor, delivery: Delivery) -> dict[str, Any]:
        """What was said is told to those alone who may read the chats' records."""
        endpoint = self._endpoints.get(actor, delivery.endpoint_id)
        whole = actor.rights.allow(Module.LIVECHAT_RECORDS, "view")
        return details_json(delivery, endpoint, whole=whole)


def _draft(form: WebhookForm) -> Draft:
    return Draft(
        form.name.strip(),
        form.url.strip(),
        tuple(dict.fromkeys(str(each) for each in form.events)),
        tuple(dict.fromkeys(form.livechats)),
        form.enabled,
    )


def _key(listed: Listed, sort: str) -> object:
    return listed_json(listed)[sort]
