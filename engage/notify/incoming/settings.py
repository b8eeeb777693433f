"""The mailbox that answers come to: the administration's section."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engage.errors import N_
from engage.notify.incoming.imap import MailServer
from engage.notify.settings import mail_address, mail_host

NAME = "incoming_email"
IMAPS_PORT = 993  # RFC 8314 §3.2
SERVER, MAILBOX = N_("Mail Server"), N_("Mailbox")


class IncomingSettings(BaseModel):
    """Where answers are fetched from, and the address that they are sent to."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Incoming Email"))

    host: Annotated[str, Field(max_length=253), AfterValidator(mail_host)] = Field(
        default="",
        title=N_("IMAP Server"),
        description=N_("While it is empty, answers by email go to the agent who wrote."),
        json_schema_extra={"section": SERVER, "placeholder": "imap.example.com"},
    )
    port: int = Field(
        default=IMAPS_PORT,
        ge=1,
        le=65535,
        title=N_("Port"),
        json_schema_extra={"section": SERVER, "control": "number"},
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls",
        title=N_("Encryption"),
        json_schema_extra={
            "section": SERVER,
            "control": "select",
            "labels": {
                "tls": N_("TLS from the start"),
                "starttls": N_("STARTTLS, demanded"),
                "none": N_("None"),
            },
        },
    )
    verify: bool = Field(
        default=True,
        title=N_("Verify Certificate"),
        json_schema_extra={"section": SERVER, "control": "switch"},
    )
    user: str = Field(
        default="",
        max_length=320,
        title=N_("User Name"),
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
    folder: str = Field(
        default="INBOX",
        min_length=1,
        max_length=200,
        title=N_("Folder"),
        json_schema_extra={"section": MAILBOX},
    )
    address: Annotated[str, Field(max_length=320), AfterValidator(mail_address)] = Field(
        default="",
        title=N_("Address of the Mailbox"),
        description=N_("Visitors answer to it."),
        json_schema_extra={"section": MAILBOX, "placeholder": "support@example.com"},
    )
    subaddressing: bool = Field(
        default=True,
        title=N_("Plus Addressing"),
        description=N_(
            "Visitors answer to support+…@example.com, which most servers deliver to"
            " support@example.com. Without it their answers are recognised by what they refer to."
        ),
        json_schema_extra={"section": MAILBOX, "control": "switch"},
    )

    def server(self) -> MailServer | None:
        """The mail server; None while there is none."""
        if not self.host or not self.address:
            return None
        return MailServer(
            self.host,
            self.port,
            self.security,
            self.verify,
            self.user,
            self.password,
            self.folder,
        )

    def address_for(self, token: str) -> str:
        """Where an answer with this token goes; empty while there is no mailbox."""
        if self.server() is None:
            return ""
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{token}@{domain}" if self.subaddressing else self.address
