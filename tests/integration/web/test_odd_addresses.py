"""Addresses with what no address of ours holds: refused by a code, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from tests.support import site as support
from tests.support.examples import share

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.site import Site

NUMBERS = ("-1", "1.5", "x", "9" * 5000, "0" * 8 + "1" + "0" * 5000, "000000001000", "\u0665")
ODD = ("%00", "a%00b", "%EF%BF%BD%00", "%1b", "'", "%25", "\u202e")


def routes(site: Site) -> list[tuple[str, str]]:
    """Every method and path that has a place to fill in."""
    return sorted(
        (method, route.path)
        for route in site.application.routes
        if isinstance(route, Route) and "{" in route.path
        for method in (route.methods or {"GET"}) - {"HEAD"}
    )


OF_THE_PBX = (
    "/v1/calls/live/",
    "/v1/conferences/",
    "/v1/me/queue-board/",
    "/v1/me/voicemail/",
    "/v1/queue-board/",
)


async def test_no_character_in_an_address_is_a_fault(database_url: str, tmp_path: Path) -> None:
    faults, asked = [], 0
    async with support.site(tmp_path, database=database_url) as site:
        visitor, _ = await site.visitor()
        tokens = [visitor, await site.sign_in("1000"), await site.sign_in("admin", "Demo-admin!")]
        for turn, (method, path) in enumerate(routes(site)):
            for odd in share(ODD, 3, turn):
                where = path.replace("{public_id}", odd).replace("{id}", odd)
                where = where.replace("{path:path}", odd)
                for token in tokens:
                    body = None if method == "GET" else {"client_id": "a", "text": "b", "seq": 1}
                    headers = {"authorization": f"Bearer {token}"}
                    async with site.http.request(
                        method, site.url + where, json=body, headers=headers
                    ) as reply:
                        asked += 1
                        if reply.status == 503 and path.startswith(OF_THE_PBX):
                            continue  # that is for the PBX to say, and there is none here
                        if reply.status >= 500 and "built" not in await reply.text():
                            faults.append((method, where, reply.status))
    assert not faults
    assert asked > 100


async def test_no_value_in_a_query_is_a_fault(database_url: str, tmp_path: Path) -> None:
    queries = [{name: each} for name in ("limit", "after") for each in NUMBERS]
    names = ("cursor", "q", "leg", "state", "kind")
    queries += [{name: odd} for name in names for odd in ("\0", "a\0b", "\ud7ff", "'", "%")]
    taken, asked = [], 0
    async with support.site(tmp_path, database=database_url) as site:
        visitor, conversation = await site.visitor()
        admin = await site.sign_in("admin", "Demo-admin!")
        for path, token in {
            "/v1/conversations": await site.sign_in("1000"),
            f"/v1/conversations/{conversation}/events": visitor,
            "/v1/broadcasts": admin,
            "/v1/broadcasts/nothing/deliveries": admin,
            "/v1/extensions": admin,
            "/v1/extension-groups": admin,
        }.items():
            for query in queries:
                status, _ = await site.json("GET", path, token=token, params=query)
                asked += 1
                if status >= 500 or (status == 200 and "limit" in query):
                    taken.append((path, query, status))
    assert not taken
    assert asked > 100
