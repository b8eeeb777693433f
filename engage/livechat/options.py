"""What an administrator sets for one live chat, as typed data with defaults.

An empty text stands for the built-in one, which the page shows in the visitor's language. What an
administrator typed is shown to everybody, but to those for whose language there is another text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engage.errors import N_, Refused
from engage.files.model import MEGABYTE, FileKind
from engage.livechat.alarms.options import AlarmOptions
from engage.livechat.assignment_options import AssignmentOptions
from engage.livechat.browsing.options import BrowsingOptions
from engage.livechat.custom_fields import CustomField, CustomFieldOptions
from engage.livechat.idle_options import IdleOptions
from engage.livechat.launcher import LauncherOptions
from engage.livechat.outcome_options import OutcomeOptions
from engage.livechat.showing_options import ShowingOptions
from engage.system.time_settings import ConditionCode, Hours

if TYPE_CHECKING:
    from pydantic.config import JsonDict, JsonValue

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

TextName = Literal[
    "info_request_message",
    "privacy_notice",
    "welcome_message",
    "queueing_message",
    "no_agent_message",
    "offline_message",
]
BUILT_IN: dict[TextName, str] = {
    "info_request_message": INFO_REQUEST,
    "privacy_notice": PRIVACY_NOTICE,
    "welcome_message": WELCOME,
    "queueing_message": QUEUEING,
    "no_agent_message": NO_AGENT,
    "offline_message": OFFLINE,
}

WITHOUT_FORM: dict[TextName, str] = {
    "no_agent_message": N_("Nobody is available at the moment."),
    "offline_message": N_("We are closed at the moment. Please come back later."),
}
"""Those that would invite to leave a message where none can be left."""

NO_HOST = N_("Please enter host names, such as www.example.com or *.example.com.")
TOO_MANY_HOSTS = N_("Please enter at most 1,023 characters in all.")

_HOST = re.compile(
    r"(\*\.)?[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?"
)


class InfoType(StrEnum):
    """A field of the visitor's form."""

    FULL_NAME = "full_name"
    EMAIL = "email"
    PHONE = "phone"


ShortText = Annotated[str, Field(max_length=500)]
NoticeText = Annotated[str, Field(max_length=2000)]

LANGUAGES: dict[str, JsonValue] = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "ar": "العربية",
    "zh-Hans": "简体中文",
}
"""Each by its own name: whoever reads the language finds it."""

GENERAL, FORM, PRIVACY = N_("General"), N_("Visitor's form"), N_("Privacy")
HOURS, TEXTS, MAIL, LOOK = N_("Working hours"), N_("Texts"), N_("E-mail"), N_("Look")
ASKED: JsonDict = {"field": "require_visitor_info", "is": True}


class Texts(BaseModel):
    """The texts in one language; empty ones fall back to those for everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    info_request_message: ShortText = Field(default="", title=N_("Info Request Message"))
    privacy_notice: NoticeText = Field(default="", title=N_("Privacy Control Notice Description"))
    welcome_message: ShortText = Field(default="", title=N_("Welcome message"))
    queueing_message: ShortText = Field(default="", title=N_("Queueing message"))
    no_agent_message: ShortText = Field(default="", title=N_("No-agent message"))
    offline_message: ShortText = Field(default="", title=N_("Offline message"))


class CommonOptions(BaseModel):
    """What every live chat has; `Options` adds what has a module of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[str, Field(max_length=16)] = Field(
        default=BROWSER_LANGUAGE,
        title=N_("Web Page Language"),
        json_schema_extra={
            "control": "select",
            "section": GENERAL,
            "labels": {BROWSER_LANGUAGE: N_("Use Browser Language"), **LANGUAGES},
        },
    )
    file_upload: Literal["all", "images", "none"] = Field(
        default="all",
        title=N_("Allow File Upload"),
        description=N_("What visitors may send besides text and emoji."),
        json_schema_extra={
            "control": "select",
            "section": GENERAL,
            "labels": {
                "none": N_("Text only"),
                "images": N_("Images"),
                "all": N_("Images and files"),
            },
        },
    )
    max_file_size_mb: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        default=None,
        title=N_("Max File Size Upload (MB)"),
        description=N_("Never more than the IM settings allow; left empty, just as much."),
        json_schema_extra={"control": "number", "section": GENERAL},
    )
    allow_visitor_to_call: bool = Field(
        default=False,
        title=N_("Allow Visitor to Call"),
        description=N_("Visitors may talk to an agent from the page, without a telephone."),
        json_schema_extra={"section": GENERAL},
    )
    call_media: Literal["audio", "audio_video"] = Field(
        default="audio",
        title=N_("Call media"),
        description=N_("With video, visitors and agents may show themselves to each other."),
        json_schema_extra={
            "control": "select",
            "section": GENERAL,
            "labels": {"audio": N_("Audio"), "audio_video": N_("Audio and video")},
            "when": {"field": "allow_visitor_to_call", "is": True},
        },
    )
    most_visitor_calls: Annotated[int, Field(ge=1, le=10)] = Field(
        default=2,
        title=N_("Max Concurrent Visitor Calls"),
        json_schema_extra={
            "section": GENERAL,
            "when": {"field": "allow_visitor_to_call", "is": True},
        },
    )
    allowed_domains: tuple[str, ...] = Field(
        default=(),
        title=N_("Allowed domains"),
        description=N_(
            "The web sites that may show this chat in a window of theirs, such as"
            " www.example.com or *.example.com; any, if left empty."
        ),
        json_schema_extra={"control": "hosts", "section": GENERAL},
    )
    require_visitor_info: bool = Field(
        default=True,
        title=N_("Require Visitor Info"),
        description=N_("Without it visitors start at once, and are called “Visitor” and a number."),
        json_schema_extra={"section": FORM},
    )
    info_request_message: ShortText = Field(
        default="",
        title=N_("Info Request Message"),
        json_schema_extra={
            "control": "textarea",
            "section": FORM,
            "placeholder": INFO_REQUEST,
            "when": ASKED,
        },
    )
    info_types: tuple[InfoType, ...] = Field(
        default=(InfoType.FULL_NAME, InfoType.EMAIL, InfoType.PHONE),
        title=N_("Info Type"),
        description=N_("Visitors must fill in what is chosen here."),
        json_schema_extra={
            "control": "checkboxes",
            "section": FORM,
            "when": ASKED,
            "labels": {
                "full_name": N_("Full Name"),
                "email": N_("Email"),
                "phone": N_("Phone Number"),
            },
        },
    )
    require_signed_identity: bool = Field(
        default=False,
        title=N_("Require signed identity"),
        description=N_("Only visitors whom your web site vouches for by a signed token may chat."),
        json_schema_extra={"section": FORM},
    )
    identity_issuer: Annotated[str, Field(max_length=200)] = Field(
        default="",
        title=N_("Issuer of signed identities"),
        description=N_("What must stand in a token's “iss”; anything, if left empty."),
        json_schema_extra={"section": FORM},
    )
    privacy_control: bool = Field(
        default=False,
        title=N_("Privacy Control"),
        description=N_("Visitors must agree to the notice before they start."),
        json_schema_extra={"section": PRIVACY},
    )
    privacy_notice: NoticeText = Field(
        default="",
        title=N_("Privacy Control Notice Description"),
        description=N_(
            "Left empty, visitors read the built-in notice in their language. ${RETENTION_DAYS}"
            " stands for the days below."
        ),
        json_schema_extra={
            "control": "textarea",
            "section": PRIVACY,
            "placeholder": PRIVACY_NOTICE,
            "rows": 4,
        },
    )
    retention_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=30,
        title=N_("Data Retention (days)"),
        description=N_("How long visitors' details and conversations are kept; 0 keeps them."),
        json_schema_extra={"section": PRIVACY},
    )
    working_hours: ConditionCode = Field(
        default=0,
        title=N_("Working hours"),
        description=N_("At other times visitors are asked to leave a message."),
        json_schema_extra={
            "control": "select",
            "section": HOURS,
            "labels": {
                "0": N_("Always"),
                "1": N_("Office time"),
                "2": N_("Out of office time"),
                "3": N_("Holidays"),
                "4": N_("Out of holidays"),
                "5": N_("Out of office time, or holidays"),
                "8": N_("Office time, but not on holidays"),
                "6": N_("Specific time"),
            },
        },
    )
    working_rows: tuple[Hours, ...] = Field(
        default=(),
        title=N_("Specific time"),
        max_length=50,
        json_schema_extra={
            "section": HOURS,
            "when": {"field": "working_hours", "is": 6},
        },
    )
    inquiry_timeout_min: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=10,
        title=N_("Inquiry timeout (min)"),
        description=N_(
            "Who has waited for so long is asked to leave a message; 0 lets them wait for ever."
        ),
        json_schema_extra={"section": HOURS},
    )
    offline_form: bool = Field(
        default=True,
        title=N_("Offline form"),
        description=N_("Visitors may leave a message when nobody can be asked."),
        json_schema_extra={"section": HOURS},
    )
    welcome_message: ShortText = Field(
        default="",
        title=N_("Welcome message"),
        json_schema_extra={"control": "textarea", "section": TEXTS, "placeholder": WELCOME},
    )
    queueing_message: ShortText = Field(
        default="",
        title=N_("Queueing message"),
        description=N_("${POSITION} stands for the visitor's place in the line."),
        json_schema_extra={"control": "textarea", "section": TEXTS, "placeholder": QUEUEING},
    )
    no_agent_message: ShortText = Field(
        default="",
        title=N_("No-agent message"),
        json_schema_extra={"control": "textarea", "section": TEXTS, "placeholder": NO_AGENT},
    )
    offline_message: ShortText = Field(
        default="",
        title=N_("Offline message"),
        json_schema_extra={"control": "textarea", "section": TEXTS, "placeholder": OFFLINE},
    )
    translations: dict[str, Texts] = Field(
        default={},
        title=N_("Texts in other languages"),
        description=N_("Shown to visitors whose page is in that language, instead of those above."),
        json_schema_extra={"control": "translations", "section": TEXTS},
    )
    satisfaction_survey: bool = Field(
        default=True,
        title=N_("Satisfaction survey"),
        description=N_("After a chat visitors are asked how it was: one to five stars, and words."),
        json_schema_extra={"section": TEXTS},
    )
    email_transcript: bool = Field(
        default=False,
        title=N_("Email transcript to visitor"),
        description=N_("After a chat visitors who gave an address may have it sent to them."),
        json_schema_extra={"section": TEXTS},
    )
    notify_agents: bool = Field(
        default=False,
        title=N_("Notify agents by e-mail"),
        description=N_("One mail for each visitor who has waited too long."),
        json_schema_extra={"section": MAIL},
    )
    notify_after_min: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=5,
        title=N_("Notify after (min)"),
        json_schema_extra={"section": MAIL, "when": {"field": "notify_agents", "is": True}},
    )
    title: Annotated[str, Field(max_length=64)] = Field(
        default="",
        title=N_("Title"),
        description=N_("Stands at the top of the page; the name if left empty."),
        json_schema_extra={"section": LOOK},
    )
    subtitle: Annotated[str, Field(max_length=120)] = Field(
        default="", title=N_("Subtitle"), json_schema_extra={"section": LOOK}
    )
    theme_color: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] = Field(
        default="#1b5fd9",
        title=N_("Theme color"),
        json_schema_extra={"control": "color", "section": LOOK},
    )
    theme_mode: Literal["light", "dark", "auto"] = Field(
        default="light",
        title=N_("Theme mode"),
        json_schema_extra={
            "control": "select",
            "section": LOOK,
            "labels": {"light": N_("Light"), "dark": N_("Dark"), "auto": N_("As the browser")},
        },
    )
    launcher_position: Literal["right", "left"] = Field(
        default="right",
        title=N_("Launcher position"),
        json_schema_extra={
            "control": "select",
            "section": LOOK,
            "labels": {"right": N_("Bottom right"), "left": N_("Bottom left")},
        },
    )
    launcher_label: Annotated[str, Field(max_length=64)] = Field(
        default="",
        title=N_("Launcher text"),
        description=N_("Read out by screen readers, and shown when the mouse rests on it."),
        json_schema_extra={"section": LOOK, "placeholder": LABEL},
    )

    @model_validator(mode="before")
    @classmethod
    def _flat_theme(cls, values: Any) -> Any:
        """Rows of the first release keep the look in one object, and follow the browser unasked."""
        if not isinstance(values, dict) or "theme" not in values:
            return values
        theme = {"mode": "auto", **values["theme"]}
        names = {
            "color": "theme_color",
            "mode": "theme_mode",
            "position": "launcher_position",
            "label": "launcher_label",
        }
        kept = {key: value for key, value in values.items() if key != "theme"}
        return {names.get(key, key): value for key, value in theme.items()} | kept

    @field_validator("language", mode="before")
    @classmethod
    def _browsers(cls, value: Any) -> Any:
        return BROWSER_LANGUAGE if value in (None, "browser") else value

    @field_validator("info_types")
    @classmethod
    def _each_once(cls, values: tuple[InfoType, ...]) -> tuple[InfoType, ...]:
        return tuple(kind for kind in InfoType if kind in values)

    @field_validator("allowed_domains")
    @classmethod
    def _hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        # They end in a Content-Security-Policy header: nothing but host names may pass.
        if any(_HOST.fullmatch(value) is None for value in values):
            raise Refused(NO_HOST)
        if sum(len(value) for value in values) > 1023:
            raise Refused(TOO_MANY_HOSTS)
        return values

    def asked(self) -> tuple[InfoType, ...]:
        """The fields a visitor must fill."""
        return self.info_types if self.require_visitor_info else ()

    def files(self) -> tuple[int | None, frozenset[FileKind] | None]:
        """What visitors may bring: the most bytes, the kinds; None: as the IM settings say."""
        most = None if self.max_file_size_mb is None else self.max_file_size_mb * MEGABYTE
        kinds = {"images": frozenset({FileKind.IMAGES}), "none": frozenset[FileKind]()}
        return most, kinds.get(self.file_upload)

    def frame_ancestors(self) -> str:
        """Who may show the page in a frame, as the Content-Security-Policy directive's value."""
        return " ".join(("'self'", *self.allowed_domains)) if self.allowed_domains else "*"

    def text(self, name: TextName, language: str, translate: Translate) -> str:
        """A text as a visitor reads it: in their language, else for everybody, else built in."""
        own = self.translations.get(language)
        typed = getattr(own, name) if own is not None else ""
        built_in = BUILT_IN if self.offline_form else {**BUILT_IN, **WITHOUT_FORM}
        return str(typed or getattr(self, name) or translate(built_in[name]))

    def notice(self, language: str, translate: Translate) -> str:
        """The consent text exactly as the visitor sees it; empty without privacy control."""
        if not self.privacy_control:
            return ""
        text = self.text("privacy_notice", language, translate)
        return text.replace("${RETENTION_DAYS}", str(self.retention_days))


class Options(
    BrowsingOptions,
    AlarmOptions,
    AssignmentOptions,
    IdleOptions,
    OutcomeOptions,
    LauncherOptions,
    ShowingOptions,
    CustomFieldOptions,
    CommonOptions,
):
    """The fields of the live chat form but its name, switch and destination."""

    def own_questions(self) -> tuple[CustomField, ...]:
        """What else a visitor is asked for."""
        return self.custom_fields if self.require_visitor_info else ()


def text_hash(notice: str) -> str:
    """What a consent keeps beside the text: SHA-256 of exactly what was shown, in hexadecimal."""
    return hashlib.sha256(notice.encode()).hexdigest()
