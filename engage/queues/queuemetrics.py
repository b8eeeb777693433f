"""QueueMetrics: rows of the queue log for its web loader, in its words.

A command is a JSON object in the field COMMANDSTRING of a form, by POST with Basic authentication.
`checkHWM` asks for the newest row that is known of a token, `insertRow` tells one. An answer whose
`resultStatus` begins with OK says that it was taken; everything else is tried again.
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Invalid, Refused
from engage.web_addresses import refusal
from pbxcore.http_client import NoAnswer

if TYPE_CHECKING:
    from engage.queues.model import LogRow
    from pbxcore.http_client import HttpClient

SECTION: Final = "queuemetrics"
VERSION: Final = "1.0"
WITHIN_S: Final = 10.0
MOST_ANSWERED: Final = 64 * 1024
Text = Annotated[str, Field(max_length=128)]


class QueueMetricsSettings(BaseModel):
    """Where rows of the queue log are told."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("QueueMetrics"))

    enabled: bool = Field(default=False, title=N_("Enable"))
    url: Annotated[str, Field(max_length=300)] = Field(
        default="",
        title=N_("Server URL"),
        description=N_("The web loader of QueueMetrics."),
        json_schema_extra={
            "control": "text",
            "placeholder": "https://example.com/queuemetrics/jsonQLoaderApi.do",
        },
    )
    login: Text = Field(
        default="webqloader", title=N_("Login"), json_schema_extra={"control": "text"}
    )
    password: Text = Field(
        default="",
        title=N_("Password"),
        json_schema_extra={"control": "password", "secret": True, "removable": True},
    )
    token: Text = Field(
        default="",
        title=N_("Token"),
        description=N_("Names this PBX, if QueueMetrics hears of several."),
        json_schema_extra={"control": "text"},
    )
    interval_s: Annotated[int, Field(ge=1, le=300)] = Field(
        default=2, title=N_("Upload Interval (s)")
    )
    outbound: bool = Field(
        default=False,
        title=N_("Outbound Call Monitoring"),
        description=N_("Calls of agents to outside are told as well."),
    )
    outbound_queue: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        default="outbound", title=N_("Outbound Queue"), json_schema_extra={"control": "text"}
    )

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise Refused(N_("This is no address of a web server."))
        return value

    @property
    def told_outbound(self) -> str:
        """The queue under which calls to outside are told, empty if they are not."""
        return self.outbound_queue if self.enabled and self.outbound else ""


def check_loader(client: HttpClient, values: QueueMetricsSettings) -> None:
    """Refuse an address that would not be connected.

    Raises:
        Invalid: it leads inside, or goes there in clear.
    """
    problem = refusal(values.url, client) if values.enabled and values.url else None
    if problem is not None:
        raise Invalid({"url": problem})


class LoaderFailed(Exception):
    """The loader cannot be reached, or did not take it."""


class WebLoader:
    """Tells the loader of these settings one command after the other, by one connection."""

    def __init__(self, settings: QueueMetricsSettings, client: HttpClient) -> None:
        self._loader, self._token = client.conversation(settings.url), settings.token
        account = f"{settings.login}:{settings.password}".encode()
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(account).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }

    def close(self) -> None:
        """Nothing more is told."""
        self._loader.close()

    async def high_water_mark(self) -> int:
        """The Unix time of the newest row that is known there; 0 if none is.

        Raises:
            LoaderFailed: no answer, or not the one that was hoped for.
        """
        result = str(await self._command("checkHWM") or "")
        return int(result) if result.isdecimal() else 0

    async def insert(self, row: LogRow) -> None:
        """Tell one row; twice does no harm.

        Raises:
            LoaderFailed: no answer, or it was not taken.
        """
        await self._command("insertRow", row_fields(row))

    async def _command(self, name: str, fields: dict[str, Any] | None = None) -> object:
        command = {"commandId": name, "version": VERSION, "token": self._token, **(fields or {})}
        body = urlencode({"COMMANDSTRING": json.dumps(command)}).encode()
        try:
            answer = await self._loader.post(
                self._headers, body, within_s=WITHIN_S, most=MOST_ANSWERED
            )
            told = json.loads(answer.body) if answer.status == HTTPStatus.OK else {}
        except (NoAnswer, ValueError) as error:
            raise LoaderFailed(type(error).__name__) from error
        if not isinstance(told, dict) or not str(told.get("resultStatus", "")).startswith("OK"):
            raise LoaderFailed(str(answer.status))
        return told.get("result")


def row_fields(row: LogRow) -> dict[str, Any]:
    """A row as `insertRow` tells it."""
    names = "timeId", "callId", "queue", "agent", "verb"
    return {**dict(zip(names, row.head, strict=True)), "parameters": list(row.data)}
