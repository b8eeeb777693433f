"""Custom prompts that are spoken at a phone, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.routing import Route

from engage.errors import N_
from engage.web.openapi import operation
from engage.web.requests import actor, answer, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.calls.control import LiveCalls


class RecordPromptForm(BaseModel):
    """Rings an extension, where the prompt is spoken until a key is pressed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(title=N_("Name"))
    extension: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,64}$")] = Field(
        title=N_("Extension"),
        description=N_("It rings, and records after the tone until a key is pressed."),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
        },
    )


class NewRecording(RecordPromptForm):
    """What forms send."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class PromptRecordingRoutes:
    """The HTTP edge; to be served before `/v1/custom-prompts/{id}`."""

    def __init__(self, live: LiveCalls) -> None:
        self._live = live

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/custom-prompts/record", self.record, methods=["POST"])]

    @operation(
        "Record a custom prompt at a phone",
        body=NewRecording,
        answer=RecordPromptForm,
        status=202,
        roles=("admin",),
    )
    async def record(self, request: Request) -> Response:
        """It appears among the custom prompts once it was spoken."""
        who = await actor(request, "admin")
        body = await read(request, NewRecording)
        await self._live.record_prompt(who, body.extension, body.name)
        return answer({"name": body.name, "extension": body.extension}, 202)
