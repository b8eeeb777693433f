"""How mails are sent: the administration's section, and the start setting that rules it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engage.errors import N_
from engage.i18n import SOURCE_LANGUAGE, closest
from engage.notify.message import AddressRefused, Sender, address_of, line
from engage.notify.transport import Server

if TYPE_CHECKING:
    from engage.notify.transport import Security

NAME = "email"
SUBMISSION_PORT, SMTPS_PORT = 587, 465  # RFC 6409, RFC 8314
PLAIN_PORT = 25
RULED = N_("This is set by the start option --smtp.")
SERVER, SENDER, LIMITS = N_("Mail Server"), N_("Sender"), N_("Sending")


def mail_address(text: str) -> str:
    """A mail address, or nothing; for fields of forms."""
    if not text.strip():
        return ""
    try:
        return address_of(text)
    except AddressRefused:
        raise ValueError("no mail address") from None


def mail_host(text: str) -> str:
    """A host's name or address; for fields of forms."""
    host = text.strip().removeprefix("[").removesuffix("]")
    if any(each.isspace() or each in "/@" for each in host):
        raise ValueError("no host name")
    return host


def _language(tag: str) -> str:
    if tag and closest(tag) is None:
        raise ValueError("no language there are texts in")
    return tag


class EmailSettings(BaseModel):
    """The mail server, whom mails are from, and how they are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Email Settings"))

    host: Annotated[str, Field(max_length=253), AfterValidator(mail_host)] = Field(
        default="",
        title=N_("SMTP Server"),
        description=N_("While it is empty, emails wait in the outbox."),
        json_schema_extra={"section": SERVER, "placeholder": "smtp.example.com"},
    )
    port: int = Field(
        default=SUBMISSION_PORT,
        ge=1,
        le=65535,
        title=N_("Port"),
        json_schema_extra={"section": SERVER, "control": "number"},
    )
    security: Literal["starttls", "tls", "auto", "none"] = Field(
        default="starttls",
        title=N_("Encryption"),
        description=N_(
            "Without encryption a user name and password are sent only to a server on this machine,"
            " or if you choose None."
        ),
        json_schema_extra={
            "section": SERVER,
            "control": "select",
            "labels": {
                "starttls": N_("STARTTLS, demanded"),
                "tls": N_("TLS from the start"),
                "auto": N_("STARTTLS when offered"),
                "none": N_("None"),
            },
        },
    )
    verify: bool = Field(
        default=True,
        title=N_("Verify Certificate"),
        description=N_("A server on this machine is trusted without one."),
        json_schema_extra={"section": SERVER, "control": "switch"},
    )
    user: str = Field(
        default="",
        max_length=320,
        title=N_("User Name"),
        description=N_("Empty: emails are sent without signing in."),
        json_schema_extra={"section": SERVER, "control": "text"},
    )
    password: str = Field(
        default="",
        max_length=500,
        title=N_("Password"),
        description=N_("It is forgotten when the server changes."),
        json_schema_extra={
            "section": SERVER,
            "control": "password",
            "secret": True,
            "removable": True,
            "only_for": ["host"],
        },
    )
    sender_address: Annotated[str, Field(max_length=320), AfterValidator(mail_address)] = Field(
        default="",
        title=N_("Sender Address"),
        description=N_("Empty: noreply@ and the host of the public address."),
        json_schema_extra={"section": SENDER, "placeholder": "pbx@example.com"},
    )
    sender_name: Annotated[str, Field(max_length=80), AfterValidator(line)] = Field(
        default="Engage", title=N_("Sender Name"), json_schema_extra={"section": SENDER}
    )
    language: Annotated[str, Field(max_length=35), AfterValidator(_language)] = Field(
        default=SOURCE_LANGUAGE,
        title=N_("Default Language"),
        description=N_("For recipients whose language is not known."),
        json_schema_extra={
            "section": SENDER,
            "control": "language",
            "placeholder": N_("English"),
        },
    )
    per_minute: int = Field(
        default=120,
        ge=0,
        le=10_000,
        title=N_("Emails per Minute"),
        description=N_("At most; 0 means no limit."),
        json_schema_extra={"section": LIMITS, "control": "number"},
    )
    keep_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        title=N_("Keep Sent Emails"),
        description=N_("Older entries are removed from the send log."),
        json_schema_extra={"section": LIMITS, "control": "number", "unit": N_("days")},
    )

    def server(self) -> Server | None:
        """The mail server; None while there is none."""
        if not self.host:
            return None
        return Server(self.host, self.port, self.security, self.verify, self.user, self.password)

    def sender(self, public_host: str) -> Sender:
        """Whom mails are from."""
        return Sender(self.sender_address or default_sender(public_host), self.sender_name)


def default_sender(public_host: str) -> str:
    """An address under the server's own name; an address literal where it has none."""
    try:
        return address_of(f"noreply@{public_host}")
    except AddressRefused:
        return "noreply@engage.localdomain"


def ruling(url: str | None) -> dict[str, Any]:
    """The fields that `--smtp URL` decides, with their values.

    `smtp://` uses STARTTLS when it is offered, `smtps://` TLS from the start;
    `?encryption=starttls` demands it, `?encryption=none` sends in clear, `?verify=off` takes any
    certificate.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    wishes = dict(parse_qsl(parts.query))
    secure = parts.scheme == "smtps"
    security: Security = "tls" if secure else "auto"
    match wishes.get("encryption"):
        case "starttls" | "none" as wished if not secure:
            security = wished
    return {
        "host": parts.hostname or "",
        "port": parts.port or (SMTPS_PORT if secure else PLAIN_PORT),
        "security": security,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "verify": wishes.get("verify") != "off",
    }
