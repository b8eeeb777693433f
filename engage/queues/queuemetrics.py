"""QueueMetrics: rows of the queue log for its web loader, in its words.

A command is a JSON object in the field COMMANDSTRING of a form, by POST with Basic authentication.
`checkHWM` asks for the newest row that is known of a token, `insertRow` tells one. An answer whose
`resultStatus` begins with OK says that it was taken; everything else is tried again.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from typing import TYPE_CHECKING, Annotated, Any, Final, Self
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Refused

if TYPE_CHECKING:
    from engage.queues.model import LogRow

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
        json_schema_extra={"control": "password", "secret": True},
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


class LoaderFailed(Exception):
    """The loader cannot be reached, or did not take it."""


class WebLoader:
    """A connection for one command after the other. It blocks, so it is nothing for the loop."""

    def __init__(self, settings: QueueMetricsSettings) -> None:
        parts = urlsplit(settings.url)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        account = f"{settings.login}:{settings.password}".encode()
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(account).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._token = settings.token
        host, port = parts.hostname or "", parts.port
        self._connection = (
            http.client.HTTPSConnection(
                host, port, timeout=WITHIN_S, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=WITHIN_S)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def high_water_mark(self) -> int:
        """The Unix time of the newest row that is known there; 0 if none is.

        Raises:
            LoaderFailed: no answer, or not the one that was hoped for.
        """
        result = str(self._command("checkHWM") or "")
        return int(result) if result.isdecimal() else 0

    def insert(self, row: LogRow) -> None:
        """Tell one row; twice does no harm.

        Raises:
            LoaderFailed: no answer, or it was not taken.
        """
        self._command("insertRow", row_fields(row))

    def _command(self, name: str, fields: dict[str, Any] | None = None) -> object:
        command = {"commandId": name, "version": VERSION, "token": self._token, **(fields or {})}
        body = urlencode({"COMMANDSTRING": json.dumps(command)})
        try:
            self._connection.request("POST", self._target, body, self._headers)
            answer = self._connection.getresponse()
            said = answer.read(MOST_ANSWERED)
            told = json.loads(said) if answer.status == http.HTTPStatus.OK else {}
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._connection.close()
            raise LoaderFailed(type(error).__name__) from error
        if not isinstance(told, dict) or not str(told.get("resultStatus", "")).startswith("OK"):
            raise LoaderFailed(str(answer.status))
        return told.get("result")


def row_fields(row: LogRow) -> dict[str, Any]:
    """A row as `insertRow` tells it."""
    names = "timeId", "callId", "queue", "agent", "verb"
    return {**dict(zip(names, row.head, strict=True)), "parameters": list(row.data)}
