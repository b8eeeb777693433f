"""Further certificates of SIP over TLS for administrators: `/v1/sip-certificates`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route

from engage.system.actor import Module
from engage.system.http_server_routes import CertificateFacts, CertificateUpload, facts_json
from engage.web.openapi import operation
from engage.web.requests import actor, answer, language, read

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.telephony.name_certificates import NameCertificate, NameCertificates


class ShownCertificate(CertificateFacts):
    """A certificate that is shown to those who ask for its names."""

    id: str


class ShownCertificates(BaseModel):
    """All of them, by their names."""

    items: list[ShownCertificate]


class NameCertificateRoutes:
    """The HTTP edge of these certificates."""

    def __init__(self, certificates: NameCertificates) -> None:
        self._certificates = certificates

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/sip-certificates", self.list, methods=["GET"]),
            Route("/v1/sip-certificates", self.upload, methods=["POST"]),
            Route("/v1/sip-certificates/{id}", self.remove, methods=["DELETE"]),
        ]

    @operation("List further SIP certificates", answer=ShownCertificates, roles=("admin",))
    async def list(self, request: Request) -> Response:
        """Those beside the server's own, which it shows to everybody else."""
        who = await actor(request, "admin")
        found = await self._certificates.listed(who)
        tag = language(request)
        return answer({"items": [_shown(each, tag) for each in found]})

    @operation(
        "Add a SIP certificate",
        body=CertificateUpload,
        answer=ShownCertificate,
        roles=("admin",),
    )
    async def upload(self, request: Request) -> Response:
        """New connections are shown it within seconds; one for the same names is replaced."""
        who = await actor(request, "admin")
        who.check(Module.SIP_SECURITY)
        body = await read(request, CertificateUpload)
        made = await self._certificates.upload(who, body.certificate, body.key)
        return answer(_shown(made, language(request)))

    @operation("Remove a SIP certificate", roles=("admin",))
    async def remove(self, request: Request) -> Response:
        """Those who ask for its names are shown the server's own."""
        who = await actor(request, "admin")
        await self._certificates.remove(who, request.path_params["id"])
        return Response(status_code=204, headers={"cache-control": "no-store"})


def _shown(certificate: NameCertificate, tag: str) -> dict[str, Any]:
    return {"id": certificate.id, **facts_json(certificate.shown, tag)}
