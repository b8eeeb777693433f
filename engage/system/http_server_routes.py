"""The certificate of HTTPS, as administrators see and replace it: `/v1/certificate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.routing import Route

from engage.errors import N_
from engage.i18n import translate
from engage.system.actor import Module
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.system.server_certificate import Certificates, ServerCertificate

Pem = Annotated[str, StringConstraints(min_length=1, max_length=40_000)]
CERTIFICATE = N_("The certificate first, then its issuers', each in PEM form.")
KEY = N_("In PEM form and without a password. It is never shown again.")


class CertificateUpload(BaseModel):
    """A certificate with its chain, and its key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    certificate: Pem = Field(
        title=N_("Certificate"),
        description=CERTIFICATE,
        json_schema_extra={
            "control": "textarea",
            "rows": 6,
            "placeholder": "-----BEGIN CERTIFICATE-----",
        },
    )
    key: Pem = Field(
        title=N_("Private Key"),
        description=KEY,
        json_schema_extra={
            "control": "textarea",
            "rows": 6,
            "placeholder": "-----BEGIN PRIVATE KEY-----",
        },
    )


class CertificateFacts(BaseModel):
    """What is told of every certificate, never its key."""

    names: list[str]
    issuer: str
    valid_from: str
    valid_until: str
    fingerprint: str
    chain: int
    warnings: list[str]


class CertificateView(CertificateFacts):
    """The certificate in use. `source`: `start`, `uploaded` or `self_signed`."""

    source: str
    public_address: str


class HttpServerRoutes:
    """The HTTP edge of the certificate."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/certificate", self.shown, methods=["GET"]),
            Route("/v1/certificate", self.upload, methods=["POST"]),
            Route("/v1/certificate", self.remove, methods=["DELETE"]),
        ]

    @operation("Read the certificate of HTTPS", answer=CertificateView, roles=("admin",))
    async def shown(self, request: Request) -> Response:
        """Whose it is, how long it is valid, and what is to be said of it."""
        who = await actor(request, "admin")
        return answer(self._view(self._certificates.shown(who), request))

    @operation(
        "Replace the certificate of HTTPS",
        body=CertificateUpload,
        answer=CertificateView,
        roles=("admin",),
    )
    async def upload(self, request: Request) -> Response:
        """New connections use it within seconds; those that stand stay."""
        who = await actor(request, "admin")
        who.check(Module.HTTP_SERVER)
        body = await read(request, CertificateUpload)
        shown = await self._certificates.upload(who, body.certificate, body.key)
        return answer(self._view(shown, request))

    @operation("Go back to the self-signed certificate", answer=CertificateView, roles=("admin",))
    async def remove(self, request: Request) -> Response:
        """What was uploaded is deleted."""
        who = await actor(request, "admin")
        return answer(self._view(await self._certificates.remove(who), request))

    def _view(self, shown: ServerCertificate, request: Request) -> dict[str, Any]:
        return {
            "source": shown.source,
            **facts_json(shown, language(request)),
            "public_address": self._certificates.public_address(),
        }


def facts_json(shown: ServerCertificate, tag: str) -> dict[str, Any]:
    """What is told of a certificate, in a language."""
    return {
        "names": list(shown.names),
        "issuer": shown.issuer,
        "valid_from": shown.valid_from.isoformat().replace("+00:00", "Z"),
        "valid_until": shown.valid_until.isoformat().replace("+00:00", "Z"),
        "fingerprint": shown.fingerprint,
        "chain": shown.chain,
        "warnings": [translate(each, tag) for each in shown.warnings],
    }
