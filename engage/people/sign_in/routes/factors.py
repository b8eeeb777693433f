"""One's own second factors over HTTP, and their reset by administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.routing import Route

from engage.identifiers import rfc3339
from engage.people.model import PASSWORD_LONGEST
from engage.people.sign_in.routes.inside import (
    PasskeyQuestion,
    needed_party,
    relying_party,
    session_of,
)
from engage.web.openapi import operation
from engage.web.requests import actor, address, answer, named, read
from engage.web.text import Line

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.people.model import Session
    from engage.people.service import People
    from engage.people.sign_in.model import Passkey, RelyingParty
    from engage.people.sign_in.routes.inside import Hosts

Sealed = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=60)]
ROLES = ("user", "admin")
TAG = "second factor"


class ShownPasskey(BaseModel):
    """A passkey; `here`: whether it works at the address that was asked."""

    id: str
    name: str
    host: str
    here: bool
    added_at: str
    used_at: str


class ShownFactors(BaseModel):
    """What one has. `required`: the last one cannot be removed."""

    app_added_at: str | None
    passkeys: list[ShownPasskey]
    recovery_codes_left: int
    required: bool
    passkeys_possible: bool = Field(description="Whether this address can have passkeys")


class NewApp(BaseModel):
    """What an authenticator app is set up with."""

    ticket: str
    secret: str = Field(description="Base32, to be typed")
    uri: str = Field(description="`otpauth:`")
    picture: str = Field(description="The same as a QR code: an SVG in a `data:` address")


class FirstCode(BaseModel):
    """The first code that the app shows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket: Sealed
    code: Code


class NewPasskey(BaseModel):
    """What the browser made."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket: Sealed
    name: Name
    passkey: dict[str, Any]


class NewName(BaseModel):
    """Another name for a passkey."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class RecoveryCodes(BaseModel):
    """Shown once; empty when there are some from before."""

    recovery_codes: list[str]


class Proof(BaseModel):
    """One's password, or a passkey's answer with its ticket."""

    model_config = ConfigDict(extra="forbid", strict=True)

    password: Annotated[str, StringConstraints(max_length=PASSWORD_LONGEST)] = ""
    ticket: Annotated[str, StringConstraints(max_length=4000)] = ""
    passkey: dict[str, Any] | None = None


class Owners(BaseModel):
    """User names of those who have a second factor."""

    items: list[str]


class FactorRoutes:
    """The HTTP edge of second factors. Changes ask that one's password was given lately."""

    def __init__(self, people: People, hosts: Hosts) -> None:
        """`hosts` gives the server's own names, which passkeys may belong to."""
        self._people, self._factors, self._hosts = people, people.factors, hosts

    def routes(self) -> list[Route]:
        """What this slice serves."""
        own = "/v1/me/second-factor"
        return [
            Route("/v1/me/confirm", self.confirm, methods=["POST"]),
            Route("/v1/me/confirm/passkey", self.ask_to_confirm, methods=["POST"]),
            Route(own, self.show, methods=["GET"]),
            Route(f"{own}/app", self.begin_app, methods=["POST"]),
            Route(f"{own}/app/confirm", self.finish_app, methods=["POST"]),
            Route(f"{own}/app", self.drop_app, methods=["DELETE"]),
            Route(f"{own}/passkeys", self.begin_passkey, methods=["POST"]),
            Route(f"{own}/passkeys/confirm", self.finish_passkey, methods=["POST"]),
            Route(f"{own}/passkeys/{{id}}", self.rename_passkey, methods=["PATCH"]),
            Route(f"{own}/passkeys/{{id}}", self.drop_passkey, methods=["DELETE"]),
            Route(f"{own}/recovery-codes", self.renew_codes, methods=["POST"]),
            Route("/v1/second-factors", self.owners, methods=["GET"]),
            Route("/v1/second-factors/{user}", self.reset, methods=["DELETE"]),
        ]

    @operation("Show again who one is", body=Proof, status=204, roles=ROLES, tag=TAG)
    async def confirm(self, request: Request) -> Response:
        """By password or passkey; for five minutes one's own security can then be changed."""
        session = await session_of(request, self._people, enrolling=True)
        body = await read(request, Proof)
        entry, at = self._people.entry, address(request)
        if body.passkey is None:
            await entry.prove_by_password(session, body.password, at)
        else:
            await entry.prove_by_passkey(
                session, at, self._party(request), ticket=body.ticket, passkey=body.passkey
            )
        return _done()

    @operation("Ask to show by a passkey who one is", answer=PasskeyQuestion, roles=ROLES, tag=TAG)
    async def ask_to_confirm(self, request: Request) -> Response:
        """What the browser is asked."""
        session = await session_of(request, self._people, enrolling=True)
        ticket, options = await self._people.entry.ask_proof(
            session, address(request), self._party(request)
        )
        return answer({"ticket": ticket, "options": options})

    @operation("Tell which second factors one has", answer=ShownFactors, roles=ROLES, tag=TAG)
    async def show(self, request: Request) -> Response:
        """Without any secret."""
        session = await session_of(request, self._people, enrolling=True)
        found = await self._factors.of(session.account_id)
        party = self._party(request)
        added_at = found.app_added_at_ms
        return answer(
            {
                "app_added_at": rfc3339(added_at) if found.sealed_secret else None,
                "passkeys": [_passkey_json(each, party) for each in found.passkeys],
                "recovery_codes_left": found.recovery_left,
                "required": self._factors.required_of(session.account_id),
                "passkeys_possible": party is not None,
            }
        )

    @operation("Begin with an authenticator app", answer=NewApp, roles=ROLES, tag=TAG)
    async def begin_app(self, request: Request) -> Response:
        """Nothing is stored before the app has shown a right code."""
        session = await session_of(request, self._people, enrolling=True)
        host = request.url.hostname or ""
        new = self._factors.begin_app(session, address(request), host)
        return answer(new._asdict())

    @operation(
        "Finish with an authenticator app",
        body=FirstCode,
        answer=RecoveryCodes,
        roles=ROLES,
        tag=TAG,
    )
    async def finish_app(self, request: Request) -> Response:
        """An app from before is replaced."""
        session = await session_of(request, self._people, enrolling=True)
        body = await read(request, FirstCode)
        codes = await self._factors.finish_app(session, address(request), body.ticket, body.code)
        return answer({"recovery_codes": codes})

    @operation("Remove one's authenticator app", status=204, roles=ROLES, tag=TAG)
    async def drop_app(self, request: Request) -> Response:
        """Unless a second factor is required and this is the last."""
        session = await self._session(request)
        await self._factors.drop_app(session, address(request))
        return _done()

    @operation("Begin with a passkey", answer=PasskeyQuestion, roles=ROLES, tag=TAG)
    async def begin_passkey(self, request: Request) -> Response:
        """What the browser is asked."""
        session = await session_of(request, self._people, enrolling=True)
        party = needed_party(request, self._hosts)
        ticket, options = await self._factors.begin_passkey(session, address(request), party)
        return answer({"ticket": ticket, "options": options})

    @operation(
        "Finish with a passkey",
        body=NewPasskey,
        answer=RecoveryCodes,
        status=201,
        roles=ROLES,
        tag=TAG,
    )
    async def finish_passkey(self, request: Request) -> Response:
        """Store what the browser made."""
        session = await session_of(request, self._people, enrolling=True)
        party = needed_party(request, self._hosts)
        body = await read(request, NewPasskey)
        codes = await self._factors.finish_passkey(
            session,
            address(request),
            party,
            ticket=body.ticket,
            name=body.name,
            answer=body.passkey,
        )
        return answer({"recovery_codes": codes}, 201)

    @operation("Rename a passkey", body=NewName, status=204, roles=ROLES, tag=TAG)
    async def rename_passkey(self, request: Request) -> Response:
        """One's own."""
        session = await self._session(request)
        body = await read(request, NewName)
        await self._factors.rename_passkey(session, address(request), named(request), body.name)
        return _done()

    @operation("Remove a passkey", status=204, roles=ROLES, tag=TAG)
    async def drop_passkey(self, request: Request) -> Response:
        """Unless a second factor is required and this is the last."""
        session = await self._session(request)
        await self._factors.drop_passkey(session, address(request), named(request))
        return _done()

    @operation("Make new recovery codes", answer=RecoveryCodes, roles=ROLES, tag=TAG)
    async def renew_codes(self, request: Request) -> Response:
        """The old ones open nothing any more."""
        session = await self._session(request)
        codes = await self._factors.renew_recovery_codes(session, address(request))
        return answer({"recovery_codes": codes})

    @operation("Tell who has a second factor", answer=Owners, roles=("admin",), tag=TAG)
    async def owners(self, request: Request) -> Response:
        """User names."""
        who = await actor(request, "admin")
        return answer({"items": await self._factors.owners(who)})

    @operation("Reset somebody's second factor", status=204, roles=("admin",), tag=TAG)
    async def reset(self, request: Request) -> Response:
        """Apps, passkeys and recovery codes of an account are removed."""
        who = await actor(request, "admin")
        await self._factors.reset(who, named(request, "user"))
        return _done()

    def _party(self, request: Request) -> RelyingParty | None:
        return relying_party(request, self._hosts)

    async def _session(self, request: Request) -> Session:
        return await session_of(request, self._people)


def _passkey_json(each: Passkey, party: RelyingParty | None) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "host": each.host,
        "here": party is not None and party.id == each.host,
        "added_at": rfc3339(each.created_at_ms),
        "used_at": rfc3339(each.used_at_ms),
    }


def _done() -> Response:
    return Response(status_code=204, headers={"cache-control": "no-store"})
