"""What an administrator sets for one live chat, as typed data with defaults.

An empty text stands for the built-in one, which the page shows in the visitor's language; what an
administrator typed is shown as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engage.errors import N_

Translate = Callable[[str], str]
"""A message id in, the text in the reader's language out."""

BROWSER_LANGUAGE = ""
"""The page speaks the language that the visitor's browser asks for."""

INFO_REQUEST = N_("Welcome! Please tell us a little about yourself before we start.")
PRIVACY_NOTICE = N_(
    "I agree that my details and this conversation are stored for ${RETENTION_DAYS} days, so that"
    " my request can be answered."
)
LABEL = N_("Chat with us")
WELCOME = N_("Welcome! How can we help you?")
QUEUEING = N_("Please wait, somebody will be with you soon.")
NO_AGENT = N_("Nobody is available at the moment. Please leave us a message.")
OFFLINE = N_("We are closed at the moment. Please leave us a message.")

_HOST = re.compile(
    r"(\*\.)?[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?"
)


class InfoType(StrEnum):
    """A field of the visitor's form."""

    FULL_NAME = "full_name"
    EMAIL = "email"
    PHONE = "phone"


class Theme(BaseModel):
    """How the page and its launcher look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    color: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#1b5fd9"
    mode: Literal["light", "dark", "auto"] = "auto"
    position: Literal["right", "left"] = "right"
    label: Annotated[str, Field(max_length=64)] = ""


class Options(BaseModel):
    """The fields of the live chat form but its name, switch and destination."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[str, Field(max_length=16)] = BROWSER_LANGUAGE
    title: Annotated[str, Field(max_length=64)] = ""
    subtitle: Annotated[str, Field(max_length=120)] = ""
    require_visitor_info: bool = True
    info_request_message: Annotated[str, Field(max_length=500)] = ""
    info_types: tuple[InfoType, ...] = (InfoType.FULL_NAME, InfoType.EMAIL, InfoType.PHONE)
    privacy_control: bool = False
    privacy_notice: Annotated[str, Field(max_length=2000)] = ""
    retention_days: Annotated[int, Field(ge=0, le=3650)] = 30
    allow_visitor_to_call: bool = False
    allowed_domains: tuple[str, ...] = ()
    welcome_message: Annotated[str, Field(max_length=500)] = ""
    queueing_message: Annotated[str, Field(max_length=500)] = ""
    no_agent_message: Annotated[str, Field(max_length=500)] = ""
    offline_message: Annotated[str, Field(max_length=500)] = ""
    inquiry_timeout_min: Annotated[int, Field(ge=0, le=1440)] = 10
    theme: Theme = Theme()

    @field_validator("info_types")
    @classmethod
    def _each_once(cls, values: tuple[InfoType, ...]) -> tuple[InfoType, ...]:
        return tuple(kind for kind in InfoType if kind in values)

    @field_validator("allowed_domains")
    @classmethod
    def _hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        # They end in a Content-Security-Policy header: nothing but host names may pass.
        if any(_HOST.fullmatch(value) is None for value in values):
            raise ValueError("not a host name")
        if sum(len(value) for value in values) > 1023:
            raise ValueError("too many host names")
        return values

    @model_validator(mode="after")
    def _something_to_ask(self) -> Options:
        if self.require_visitor_info and not self.info_types:
            raise ValueError("no info type is selected")
        return self

    def asked(self) -> tuple[InfoType, ...]:
        """The fields a visitor must fill."""
        return self.info_types if self.require_visitor_info else ()

    def frame_ancestors(self) -> str:
        """Who may show the page in a frame, as the Content-Security-Policy directive's value."""
        return " ".join(("'self'", *self.allowed_domains)) if self.allowed_domains else "*"

    def notice(self, translate: Translate) -> str:
        """The consent text exactly as the visitor sees it; empty without privacy control."""
        if not self.privacy_control:
            return ""
        text = self.privacy_notice or translate(PRIVACY_NOTICE)
        return text.replace("${RETENTION_DAYS}", str(self.retention_days))


def text_hash(notice: str) -> str:
    """What a consent keeps beside the text: SHA-256 of exactly what was shown, in hexadecimal."""
    return hashlib.sha256(notice.encode()).hexdigest()
