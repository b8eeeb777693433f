"""What may be said of a webhook: bodies of requests, the administration's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import hint
from engage.livechat.webhooks.model import What
from engage.partial_body import Body, partial_of
from engage.people import policy

if TYPE_CHECKING:
    from pydantic.config import JsonDict

Name = Annotated[str, StringConstraints(max_length=64), AfterValidator(policy.line)]
Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(policy.line)]
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Identifier = Annotated[str, StringConstraints(max_length=64)]
LABELS: JsonDict = {
    What.WAITING: N_("A visitor waits"),
    What.ACCEPTED: N_("An agent has accepted"),
    What.TRANSFERRED: N_("Another agent has taken over"),
    What.ENDED: N_("A chat has ended"),
    What.MISSED: N_("Nobody served a visitor"),
    What.MESSAGE: N_("A message or a file"),
    What.OFFLINE_MESSAGE: N_("A message left while nobody could be asked"),
    What.SURVEY: N_("A rating"),
    What.CALL_STARTED: N_("A call was answered"),
    What.CALL_ENDED: N_("A call has ended"),
    What.BANNED: N_("A visitor was banned"),
    What.UNBANNED: N_("A ban was lifted"),
}


class WebhookForm(Body):
    """A webhook, as an administrator fills it in."""

    name: Name = Field("", title=N_("Name"), json_schema_extra=hint("text"))
    url: Url = Field(
        "",
        title=N_("Address"),
        description=N_("Where messages are posted to: a program of yours, by HTTPS."),
        json_schema_extra=hint("text"),
    )
    enabled: bool = Field(
        True,
        title=N_("Enabled"),
        description=N_("While it is off, nothing is written down for it, and what waits stays."),
        json_schema_extra=hint("switch"),
    )
    events: list[Annotated[What, Field(strict=False)]] = Field(
        default_factory=list,
        title=N_("Events"),
        max_length=50,
        json_schema_extra=hint("checkboxes", labels=LABELS),
    )
    livechats: list[Identifier] = Field(
        default_factory=list,
        title=N_("Live chats"),
        description=N_("Left empty, all of them."),
        max_length=50,
        json_schema_extra=hint("multiselect", choices="/v1/livechats", choice_value="id"),
    )


class PostWebhook(WebhookForm):
    """A new webhook; the same `client_id` makes one only once."""

    client_id: ClientId | None = None


ChangeWebhook = partial_of("ChangeWebhook", WebhookForm)
