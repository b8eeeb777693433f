"""VoIP trunks over HTTP: `/v1/trunks`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, create_model
from starlette.responses import Response
from starlette.routing import Route

from engage.partial_body import sent
from engage.people.import_routes import QUERY as IMPORT_QUERY
from engage.people.import_routes import ImportOutcome, take_in
from engage.system.actor import Module
from engage.telephony.dod_form import Dod
from engage.telephony.trunk_forms import NewTrunk, TrunkChange, TrunkForm
from engage.telephony.trunk_model import dods_of
from engage.web.collections import QUERY, asked, csv_file, in_order, matching, page
from engage.web.openapi import operation
from engage.web.requests import actor, answer, named, read, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from engage.telephony.dod_import import DodImport
    from engage.telephony.trunk_model import TrunkEntry
    from engage.telephony.trunks import Trunks
    from pbxcore.commands import TrunkStanding

SORTS = ("name", "kind", "host", "transport", "username", "state")
_EMPTIED = ("port", "password", "rtp_timeout_s")
"""These may be taken away by null; of all others nothing means that they stay."""
COLUMNS = ("name", "kind", "host", "port", "transport", "username", "disabled", "state")


class Standing(BaseModel):
    """A trunk; its password is never shown.

    `state` is `registered`, `trying`, `rejected`, `unreachable`, `reachable`, `off`, `disabled`, or
    `unknown` while the PBX is away; `status` what the registrar said last, 0 for nothing.
    """

    id: str
    password_set: bool
    state: str
    status: int
    server: str
    round_trip_ms: int | None
    registered_for_s: int | None
    version: int


_FIELDS: dict[str, Any] = {
    name: (field.rebuild_annotation(), ...)
    for name, field in TrunkForm.model_fields.items()
    if name != "password"
}
ShownTrunk: type[BaseModel] = create_model(
    "ShownTrunk", __base__=Standing, __doc__=Standing.__doc__, **_FIELDS
)
_ITEMS: Any = list[ShownTrunk]  # type: ignore[valid-type]  # made above, when this is run
TrunkPage = create_model(
    "TrunkPage",
    __doc__="A page of trunks; `cursor` asks for the next, `total` counts all that match.",
    items=(_ITEMS, ...),
    cursor=(str | None, ...),
    total=(int, ...),
)


class DodList(BaseModel):
    """The numbers that extensions show on a trunk."""

    items: list[Dod]


class TrunkRoutes:
    """The HTTP edge of trunks."""

    def __init__(self, trunks: Trunks, dod_import: DodImport) -> None:
        self._trunks, self._dod_import = trunks, dod_import

    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/v1/trunks", self.list, methods=["GET"]),
            Route("/v1/trunks", self.add, methods=["POST"]),
            Route("/v1/trunks/{id}", self.get, methods=["GET"]),
            Route("/v1/trunks/{id}", self.change, methods=["PATCH"]),
            Route("/v1/trunks/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/trunks/{id}/dods", self.dods, methods=["GET"]),
            Route("/v1/trunks/{id}/dods/import", self.take_dods_in, methods=["POST"]),
        ]

    @operation("List VoIP trunks", answer=TrunkPage, roles=("admin",), query=QUERY)
    async def list(self, request: Request) -> Response:
        """With how they stand now, as the PBX says it."""
        who = await actor(request, "admin")
        entries = self._trunks.listed(who)
        wanted = asked(request, sorts=SORTS)
        standings = await self._trunks.standings()
        rows = [_shown(each, standings) for each in matching(entries, wanted, _words)]
        if wanted.as_csv:
            ordered = in_order(rows, wanted, key=_key, ident=_ident)
            return csv_file("trunks", COLUMNS, ([row[name] for name in COLUMNS] for row in ordered))
        return answer(page(rows, wanted, key=_key, ident=_ident, shown=lambda row: row))

    @operation("Add a VoIP trunk", body=NewTrunk, answer=ShownTrunk, status=201, roles=("admin",))
    async def add(self, request: Request) -> Response:
        """It registers at once, if it is to."""
        who = await actor(request, "admin")
        who.check(Module.TRUNKS)
        return await self._answer(await self._trunks.add(who, await read(request, NewTrunk)), 201)

    @operation("Read a VoIP trunk", answer=ShownTrunk, roles=("admin",))
    async def get(self, request: Request) -> Response:
        """Without its password."""
        who = await actor(request, "admin")
        return await self._answer(self._trunks.get(who, named(request)))

    @operation("Change a VoIP trunk", body=TrunkChange, answer=ShownTrunk, roles=("admin",))
    async def change(self, request: Request) -> Response:
        """Valid at once; a trunk that registers does so anew."""
        who = await actor(request, "admin")
        who.check(Module.TRUNKS)
        trunk_id = named(request)
        self._trunks.get(who, trunk_id)
        given, version = sent(await read(request, TrunkChange))
        fields = {
            name: each for name, each in given.items() if each is not None or name in _EMPTIED
        }
        return await self._answer(await self._trunks.update(who, trunk_id, fields, version))

    @operation("Delete a VoIP trunk", status=204, roles=("admin",))
    async def delete(self, request: Request) -> Response:
        """Its registration is taken back."""
        who = await actor(request, "admin")
        await self._trunks.delete(who, named(request))
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @operation(
        "List a trunk's DODs",
        answer=DodList,
        roles=("admin",),
        query=(
            ("extension", "An extension that shows it"),
            ("number", "Part of the number"),
            ("name", "Part of the name"),
        ),
    )
    async def dods(self, request: Request) -> Response:
        """Those that fit every filter."""
        who = await actor(request, "admin")
        given = {name: word(request, name) for name in ("extension", "number", "name")}
        found = dods_of(self._trunks.get(who, named(request)).form, **given)
        return answer({"items": [each.model_dump() for each in found]})

    @operation(
        "Import the DODs of a trunk", answer=ImportOutcome, roles=("admin",), query=IMPORT_QUERY
    )
    async def take_dods_in(self, request: Request) -> Response:
        """A CSV file with `number`, `name` and `extensions`; all of it, or nothing.

        What is wrong is told by line and column: 200 in a dry run, else 422.
        """
        return await take_in(request, Module.TRUNKS, partial(self._dod_import.run, named(request)))

    async def _answer(self, entry: TrunkEntry, status: int = 200) -> Response:
        return answer(_shown(entry, await self._trunks.standings()), status)


def _shown(entry: TrunkEntry, standings: Mapping[str, TrunkStanding]) -> dict[str, Any]:
    standing = standings.get(entry.id)
    state = "disabled" if entry.form.disabled else "unknown"
    shown = entry.form.model_dump(exclude={"password"})
    if standing is not None and not entry.form.disabled:
        state = standing.state
    return {
        "id": entry.id,
        **shown,
        "password_set": bool(entry.sealed_password),
        "state": state,
        "status": 0 if standing is None else standing.status,
        "server": "" if standing is None else standing.server,
        "round_trip_ms": None if standing is None else standing.round_trip_ms,
        "registered_for_s": None if standing is None else standing.registered_for_s,
        "version": entry.version,
    }


def _words(entry: TrunkEntry) -> tuple[str, ...]:
    form = entry.form
    return form.name, form.host, form.username, form.trunk_registration_number


def _key(row: dict[str, Any], field: str) -> Any:
    return row[field]


def _ident(row: dict[str, Any]) -> str:
    return str(row["id"])
