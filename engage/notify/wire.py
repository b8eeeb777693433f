"""JSON of mails and templates, and what requests may hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_
from engage.i18n import translate
from engage.identifiers import rfc3339
from engage.notify.kinds import KINDS
from engage.notify.model import REASONS
from engage.notify.templates import COMMON, FUNCTIONS
from engage.notify.transport import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.notify.kinds import Kind
    from engage.notify.library import Template
    from engage.notify.model import Mail, Trouble
    from engage.notify.sending import Status
    from engage.notify.templates import Fault
    from engage.notify.trial import Tried

LONGEST_TEMPLATE = 40_000
StateName = Literal["waiting", "sending", "sent", "failed", "cancelled"]
LANGUAGE = ("language", "The language of its text, such as `de`; English unless given")


class SendTest(BaseModel):
    """Whom a test email goes to, and in which language."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=3, max_length=320)]
    language: Annotated[str, Field(max_length=35)] = ""


class RetryMails(BaseModel):
    """Which emails are sent again; every one that has failed unless given."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=500)] | None = None


class EmailTemplateForm(BaseModel):
    """The three texts of a template."""

    model_config = ConfigDict(extra="forbid", title=N_("Email Template"))

    subject: str = Field(
        title=N_("Subject"),
        min_length=1,
        max_length=500,
        json_schema_extra={"control": "text"},
    )
    text: str = Field(
        title=N_("Plain Text"),
        description=N_("What mail programs without pages show, and what screen readers read."),
        min_length=1,
        max_length=LONGEST_TEMPLATE,
        json_schema_extra={"control": "textarea", "rows": 12},
    )
    html: str = Field(
        title=N_("HTML"),
        description=N_("The inside of the page; the frame around it is the same for every email."),
        min_length=1,
        max_length=LONGEST_TEMPLATE,
        json_schema_extra={"control": "textarea", "rows": 12},
    )


class PutTemplate(EmailTemplateForm):
    """The three texts, and the version that was edited."""

    version: int | None = Field(default=None, ge=0)


class ShownStep(BaseModel):
    """One step of the conversation with the mail server."""

    name: Literal["connect", "encrypt", "sign_in", "sender", "recipient", "message"]
    title: str
    words: str


class ShownTest(BaseModel):
    """How the mail server took the test email; `message` says what went wrong."""

    sent: bool
    reason: str
    message: str
    words: str
    steps: list[ShownStep]


class ShownStatus(BaseModel):
    """How sending goes: `trouble` holds every email back; `counts` are emails by state.

    `start_option`: the server is set by `--smtp`, and cannot be changed here.
    """

    state: Literal["no_server", "ready", "trouble"]
    start_option: bool
    reason: str
    message: str
    words: str
    since: datetime | None
    counts: dict[str, int]


class ShownRecipient(BaseModel):
    """Who gets it."""

    address: str
    name: str


class ShownMail(BaseModel):
    """An email of the send log.

    `message` says why it was not sent, `words` what the mail server said.
    """

    id: str
    kind: str
    title: str
    to: ShownRecipient
    language: str
    reply_to: str
    subject: str
    state: StateName
    tries: int
    reason: str
    message: str
    words: str
    message_id: str
    due_at: datetime
    created_at: datetime
    updated_at: datetime


class MailDetails(ShownMail):
    """An email with its text; links that open accounts are hidden."""

    text: str
    page: str | None


class MailPage(BaseModel):
    """Emails by the moment they were written; `cursor` asks for those after them."""

    items: list[ShownMail]
    cursor: str | None
    total: int


class Retried(BaseModel):
    """How many are sent again."""

    count: int


class ShownVariable(BaseModel):
    """A value or function of a template."""

    name: str
    description: str


class TemplateSummary(BaseModel):
    """A kind of email; `changed` names the languages whose text is an administrator's."""

    kind: str
    title: str
    description: str
    changed: list[str]


class TemplatePage(BaseModel):
    """Every kind of email, and the languages there are texts in."""

    items: list[TemplateSummary]
    cursor: str | None
    total: int
    languages: list[str]


class ShownTemplate(BaseModel):
    """A template in one language; `version` 0: the product's own text."""

    kind: str
    title: str
    description: str
    language: str
    subject: str
    text: str
    html: str
    version: int
    variables: list[ShownVariable]
    functions: list[ShownVariable]


class ShownPreview(BaseModel):
    """A template with sample values; `page` is the address of the HTML, for a few minutes."""

    subject: str
    text: str
    html: str
    page: str


def mail_json(mail: Mail, language: str) -> dict[str, Any]:
    """An email as lists show it."""
    kind = KINDS.get(mail.kind)
    return {
        "id": mail.id,
        "kind": mail.kind,
        "title": translate(kind.title, language) if kind else mail.kind,
        "to": {"address": mail.address, "name": mail.name},
        "language": mail.language,
        "reply_to": mail.reply_to,
        "subject": mail.subject,
        "state": mail.state,
        "tries": mail.tries,
        "reason": mail.reason,
        "message": translate(REASONS[mail.reason], language) if mail.reason else "",
        "words": mail.words,
        "message_id": mail.message_id,
        "due_at": rfc3339(mail.due_at_ms),
        "created_at": rfc3339(mail.created_at_ms),
        "updated_at": rfc3339(mail.updated_at_ms),
    }


def status_json(status: Status, counts: dict[str, int], language: str) -> dict[str, Any]:
    """How sending goes."""
    since = rfc3339(status.since_ms) if status.since_ms else None
    return {
        "state": status.state,
        "start_option": status.ruled,
        **trouble_json(status.trouble, language),
        "since": since,
        "counts": counts,
    }


def tried_json(tried: Tried, language: str) -> dict[str, Any]:
    """How a test email fared."""
    steps = [
        {"name": step.name, "title": translate(STEPS[step.name], language), "words": step.words}
        for step in tried.steps
    ]
    return {"sent": tried.trouble is None, **trouble_json(tried.trouble, language), "steps": steps}


def trouble_json(trouble: Trouble | None, language: str) -> dict[str, str]:
    """What is wrong, in words."""
    if trouble is None:
        return {"reason": "", "message": "", "words": ""}
    message = translate(REASONS[trouble.reason], language)
    return {"reason": trouble.reason, "message": message, "words": trouble.words}


def kind_json(kind: Kind, language: str) -> dict[str, str]:
    """What a kind of email is for."""
    return {
        "kind": kind.name,
        "title": translate(kind.title, language),
        "description": translate(kind.description, language),
    }


def template_json(template: Template, language: str) -> dict[str, Any]:
    """A template with what may stand in it."""
    values = [(each.name, each.description) for each in template.kind.variables]
    return {
        **kind_json(template.kind, language),
        "language": template.language,
        "subject": template.source.subject,
        "text": template.source.text,
        "html": template.source.html,
        "version": template.version,
        "variables": _described([*values, *COMMON.items()], language),
        "functions": _described(FUNCTIONS.items(), language),
    }


def fault_fields(found: Iterable[Fault], language: str) -> dict[str, str]:
    """What is wrong with each of the three texts, with its lines."""
    fields: dict[str, list[str]] = {}
    for fault in found:
        fields.setdefault(fault.field, []).append(fault_text(fault, language))
    return {field: " ".join(texts[:3]) for field, texts in fields.items()}


def fault_text(fault: Fault, language: str) -> str:
    """One fault, with its line."""
    message = translate(fault.message, language, fault.params)
    line = translate(N_("Line %(line)d:"), language, {"line": fault.line})
    return f"{line} {message}"


def _described(pairs: Iterable[tuple[str, str]], language: str) -> list[dict[str, str]]:
    return [{"name": name, "description": translate(text, language)} for name, text in pairs]
