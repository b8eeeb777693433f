"""Whom SIP over TLS trusts: phones and trunks that connect here, and servers we connect to."""

from __future__ import annotations

import ssl
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from engage.errors import N_, Refused

SIP_TLS = "sip_tls"
MOST_PEM = 100_000
NO_CERTIFICATES = N_("These are no certificates in PEM form.")
NOBODY_TRUSTED = N_("Enter the certificates of those who sign for your phones and trunks.")

ClientCertificates = Literal["off", "optional", "required"]


class SipTlsSettings(BaseModel):
    """Certificates of others; ours are that of the HTTP server and those for further names."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("SIP TLS"))

    client_certificates: ClientCertificates = Field(
        default="off",
        title=N_("Client Certificates"),
        description=N_(
            "Phones and trunks that connect by TLS may have to show a certificate, beside their"
            " password."
        ),
        json_schema_extra={
            "control": "select",
            "labels": {
                "off": N_("Not asked for"),
                "optional": N_("Checked if one is shown"),
                "required": N_("Required"),
            },
        },
    )
    trusted: str = Field(
        default="",
        max_length=MOST_PEM,
        title=N_("Trusted Certificates"),
        description=N_(
            "Of authorities that sign for clients, and for servers beside those this computer"
            " trusts anyway."
        ),
        json_schema_extra={
            "control": "textarea",
            "rows": 6,
            "placeholder": "-----BEGIN CERTIFICATE-----",
        },
    )
    verify_servers: bool = Field(
        default=True,
        title=N_("Verify Servers"),
        description=N_("Off: the PBX connects to any server by TLS, whatever it shows."),
        json_schema_extra={"control": "switch"},
    )

    @field_validator("trusted")
    @classmethod
    def _certificates(cls, value: str, info: ValidationInfo) -> str:
        text = value.strip()
        if not text:
            if info.data.get("client_certificates", "off") != "off":
                raise Refused(NOBODY_TRUSTED)
            return ""
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
        except (ssl.SSLError, ValueError):
            raise Refused(NO_CERTIFICATES) from None
        return text + "\n"
