"""Records of live chats as programs and pages ask for them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
RECORDS, OWN = "/v1/livechat-records", "/v1/me/livechat-records"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with support.site(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(site: Site) -> str:
    return await site.sign_in("admin", "Demo-admin!")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chat(site: Site) -> tuple[str, str]:
    """Vera's chat with Ana, a file in it; and who Ana is."""
    token, conversation = await site.visitor("=Vera")
    ana = await site.sign_in("1000")
    async with site.socket("/wave", ana) as client:
        asked = {"conversation": conversation}
        assert (await client.call("accept", asked, namespace="/wave"))["ok"]
    announced = {"name": "bill.txt", "size": 5}
    _, file = await site.json("POST", "/v1/files", announced, token=token)
    headers = {"upload-offset": "0", "content-type": "application/octet-stream"}
    path = f"/v1/files/{file['id']}"
    await site.json("PATCH", path, token=token, headers=headers, data=b"12345")
    async with site.socket("/visitor", token) as client:
        said = {"conversation": conversation, "client_id": "f", "file": file["id"]}
        assert (await client.call("send", said, namespace="/visitor"))["ok"]
    return conversation, ana


async def text_of(site: Site, path: str, token: str) -> tuple[int, str]:
    headers = {"authorization": f"Bearer {token}"}
    async with site.http.get(site.url + path, headers=headers) as response:
        return response.status, await response.text()


async def names(site: Site, token: str, query: str, path: str = RECORDS) -> list[str]:
    status, page = await site.json("GET", f"{path}?{query}", token=token)
    assert status == 200, page
    return [each["visitor"]["name"] for each in page["items"]]


async def test_a_record_is_found_and_read_with_its_file(
    site: Site, admin: str, chat: tuple[str, str]
) -> None:
    conversation, _ = chat
    for query in ("q=bill.txt", "q=%231001", "visitor=vera@", "agent=1000&state=active", ""):
        assert await names(site, admin, query) == ["=Vera"], query
    assert await names(site, admin, "state=missed") == []
    for query in ("rating=9", "state=odd", "sort=page", "cursor=x", "from=now", "colour=red"):
        assert (await site.json("GET", f"{RECORDS}?{query}", token=admin))[0] == 422, query
    path = f"{RECORDS}/{conversation}"
    _, record = await site.json("GET", path, token=admin)
    assert (record["state"], record["agent"]["name"]) == ("active", "Ana Costa")
    assert (record["consent"] is not None, record["exportable"]) == (True, True)
    _, said = await site.json("GET", f"{path}/events", token=admin)
    [file] = [each["file"] for each in said["events"] if each["kind"] == "file"]
    assert await text_of(site, f"{path}/files/{file['id']}", admin) == (200, "12345")
    assert (await text_of(site, f"{path}/files/{conversation}", admin))[0] == 404
    assert (await site.json("DELETE", path, token=admin))[0] == 409  # it goes on


async def test_files_for_spreadsheets_and_to_be_kept(
    site: Site, admin: str, chat: tuple[str, str]
) -> None:
    conversation, _ = chat
    status, table = await text_of(site, f"{RECORDS}?format=csv&visitor=vera", admin)
    assert status == 200
    [row] = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (row["visitor"], row["state"], row["agent"]) == ("'=Vera", "active", "Ana Costa")
    path = f"{RECORDS}/{conversation}/transcript"
    _, plain = await text_of(site, path, admin)
    assert "=Vera: File: bill.txt" in plain
    _, page = await text_of(site, f"{path}?format=html", admin)
    assert page.startswith("<!doctype html>")
    assert (await text_of(site, f"{path}?format=pdf", admin))[0] == 422


async def test_an_agent_has_their_own_and_their_colleague_does_not(
    site: Site, chat: tuple[str, str]
) -> None:
    conversation, ana = chat
    ben = await site.sign_in("1001")
    assert await names(site, ana, "", OWN) == ["=Vera"]
    assert await names(site, ben, "", OWN) == []
    assert (await site.json("GET", f"{OWN}/{conversation}", token=ben))[0] == 404
    _, record = await site.json("GET", f"{OWN}/{conversation}", token=ana)
    assert (record["mine"], record["exportable"]) == (True, True)


async def made(site: Site, admin: str, name: str, modules: dict[str, str]) -> str:
    """An administrator with these rights."""
    privilege: dict[str, Any]
    new = {"name": name, "modules": modules}
    _, privilege = await site.json("POST", "/v1/privileges", new, token=admin)
    account = {
        "user_name": name, "password": "Enough-Words-1!", "display_name": name,
        "level": "custom", "privilege_id": privilege["id"],
    }  # fmt: skip
    assert (await site.json("POST", "/v1/admins", account, token=admin))[0] == 201
    return await site.sign_in(name, "Enough-Words-1!")


async def test_each_right_opens_its_own_part(site: Site, admin: str, chat: tuple[str, str]) -> None:
    conversation, _ = chat
    record = f"{RECORDS}/{conversation}"
    sees = await made(site, admin, "sees", {"livechat": "edit"})
    reads = await made(site, admin, "reads", {"livechat_records": "view"})
    removes = await made(site, admin, "removes", {"livechat_records": "edit"})
    expected = {
        ("GET", RECORDS): (403, 200, 200),
        ("GET", record): (403, 200, 200),
        ("GET", f"{record}/transcript"): (403, 200, 200),
        ("DELETE", record): (403, 403, 409),
        ("GET", "/v1/livechat-report"): (200, 403, 403),
        ("GET", "/v1/me/livechat-summary"): (200, 403, 403),
        ("GET", "/v1/choices/livechats"): (200, 200, 200),
        ("GET", "/v1/erasures"): (403, 403, 403),
    }
    for (method, path), statuses in expected.items():
        found = [
            (await site.json(method, path, token=token))[0] for token in (sees, reads, removes)
        ]
        assert tuple(found) == statuses, path
