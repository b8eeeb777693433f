"""The operation log over HTTP: what was done and what was refused, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def rows(site: Site, token: str, query: str = "") -> list[dict[str, Any]]:
    status, body = await site.json("GET", f"/v1/operations{query}", token=token)
    assert status == 200, body
    return list(body["items"])


async def test_a_refused_change_is_one_row_that_says_why(site: Site) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    status, _ = await site.json("POST", "/v1/broadcasts", {"name": ""}, token=admin)
    assert status == 422
    [row] = await rows(site, admin, "?action=broadcast.")
    assert (row["actor"], row["result"], row["action"]) == (
        "admin:admin",
        "invalid",
        "broadcast.add",
    )
    assert row["address"] == "127.0.0.1"


async def test_looking_and_strangers_leave_no_rows(site: Site) -> None:
    admin, user = await site.sign_in("admin", "Demo-admin!"), await site.sign_in("1000")
    before = await rows(site, admin)
    await site.json("GET", "/v1/broadcasts/nothing", token=admin)
    await site.json("POST", "/v1/broadcasts", {"name": ""}, token=user)
    await site.json("POST", "/v1/broadcasts", {"name": ""})
    assert await rows(site, admin) == before


async def test_the_log_is_exported_as_a_file(site: Site) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    headers = {"authorization": f"Bearer {admin}"}
    async with site.http.get(f"{site.url}/v1/operations?format=csv", headers=headers) as answer:
        text = await answer.text(encoding="utf-8-sig")
    assert answer.headers["content-disposition"] == 'attachment; filename="operations.csv"'
    assert text.splitlines()[0] == "at,actor,address,action,object,result"


@pytest.mark.parametrize("query", ["?from=yesterday", "?sort=actor", "?colour=red", "?limit=0"])
async def test_a_bad_question_is_refused_at_its_field(site: Site, query: str) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    status, body = await site.json("GET", f"/v1/operations{query}", token=admin)
    assert status == 422
    assert body["error"]["fields"]
