"""STIR/SHAKEN: how calls out are signed and calls in verified, as a section of settings."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Refused
from pbxcore.domain_settings import Stir

SECTION = "stir_shaken"
KEY, SERVICE, TRUST = N_("Signing Here"), N_("Signing Service"), N_("Verification")
LONGEST_PEM = 100_000

Url = Annotated[str, Field(max_length=300)]
Pem = Annotated[str, Field(max_length=LONGEST_PEM)]


class StirSettings(BaseModel):
    """Keys and services; which calls are signed and verified is said by each trunk."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("STIR/SHAKEN"))

    private_key: Pem = Field(
        default="",
        title=N_("Private Key"),
        description=N_("Of the certificate, on the curve P-256, as PEM."),
        json_schema_extra={
            "control": "textarea",
            "section": KEY,
            "secret": True,
            "removable": True,
        },
    )
    certificate_url: Url = Field(
        default="",
        title=N_("Certificate URL"),
        description=N_("Where others find the certificate (x5u)."),
        json_schema_extra={
            "control": "text",
            "section": KEY,
            "placeholder": "https://cert.example.com/shaken.pem",
        },
    )
    service_url: Url = Field(
        default="",
        title=N_("Service URL"),
        description=N_("A service that signs instead (ATIS-1000082), with its port."),
        json_schema_extra={
            "control": "text",
            "section": SERVICE,
            "placeholder": "https://sign.example.com:8443",
        },
    )
    account: Annotated[str, Field(max_length=128)] = Field(
        default="", title=N_("Account"), json_schema_extra={"control": "text", "section": SERVICE}
    )
    secret: Annotated[str, Field(max_length=256)] = Field(
        default="",
        title=N_("Secret"),
        json_schema_extra={
            "control": "password",
            "section": SERVICE,
            "secret": True,
            "removable": True,
        },
    )
    trusted: Pem = Field(
        default="",
        title=N_("Trusted Authorities"),
        description=N_("Certificates (PEM) of those who may issue certificates for signing."),
        json_schema_extra={"control": "textarea", "section": TRUST},
    )

    @field_validator("certificate_url", "service_url")
    @classmethod
    def _secure(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        if value.strip() and (parts.scheme != "https" or not parts.hostname):
            raise Refused(N_("Please enter an address that begins with https://."))
        return value.strip()

    @field_validator("private_key")
    @classmethod
    def _key(cls, value: str) -> str:
        if not value.strip():
            return ""
        try:
            key = load_pem_private_key(value.encode(), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Refused(N_("This is no private key on an elliptic curve, as PEM."))
        return value

    @field_validator("trusted")
    @classmethod
    def _certificates(cls, value: str) -> str:
        try:
            if value.strip():
                x509.load_pem_x509_certificates(value.encode())
        except ValueError:
            raise Refused(N_("These are no certificates as PEM.")) from None
        return value

    def stir(self) -> Stir:
        """As the PBX knows it."""
        return Stir(
            self.private_key,
            self.certificate_url,
            self.service_url,
            self.account,
            self.secret,
            self.trusted,
        )
