"""Live visitors over HTTP: off until wanted, seen by those who serve, invited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = {
    "visit": "a1b2c3d4e5f6a7b8",
    "state": "browsing",
    "page_url": "https://shop.example/shoes",
    "page_title": "Shoes",
    "referrer": "https://search.example/?q=shoes",
    "language": "de-DE",
    "returning": True,
}


async def show(site: Site, on: bool) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    _, found = await site.json("GET", "/v1/livechats", token=admin)
    [demo] = [each for each in found["items"] if each["public_id"] == "demo"]
    change = {"show_live_visitors": on, "version": demo["version"]}
    status, body = await site.json("PATCH", f"/v1/livechats/{demo['id']}", change, token=admin)
    assert status == 200, body


async def tell(site: Site, **changes: Any) -> tuple[int, dict[str, Any]]:
    """As a page of another site does: plain text, without cookies."""
    import json

    data = json.dumps({**PAGE, **changes})
    headers = {"content-type": "text/plain", "origin": "https://shop.example"}
    path = f"{site.url}/v1/livechat/demo/presence"
    async with site.http.post(path, data=data, headers=headers) as response:
        if response.status == 200:
            assert response.headers["access-control-allow-origin"] == "*"
        return response.status, await response.json()


async def test_nobody_is_seen_unless_it_is_wanted(site: Site) -> None:
    await show(site, on=False)
    assert (await tell(site))[0] == 404
    async with site.http.get(f"{site.url}/livechat/demo/widget.js") as response:
        assert "engage-invitation" not in await response.text()
    agent = await site.sign_in("1000")
    _, found = await site.json("GET", "/v1/live-visitors", token=agent)
    assert found == {"watched": False, "items": [], "total": 0, "cursor": None}


async def test_an_agent_sees_a_visitor_and_invites_them(site: Site) -> None:
    await show(site, on=True)
    assert await tell(site) == (200, {"every_ms": 15_000, "invitation": None})
    agent, stranger = await site.sign_in("1000"), await site.sign_in("1003")
    _, found = await site.json("GET", "/v1/live-visitors", token=agent)
    [seen] = found["items"]
    assert (seen["page_title"], seen["state"], seen["returning"]) == ("Shoes", "browsing", True)
    assert seen["referrer"] == "https://search.example/?q=shoes"
    invite = {"livechat": seen["livechat"]["id"], "visit": seen["visit"]}
    path = "/v1/live-visitors/invitations"
    assert (await site.json("POST", path, invite, token=stranger))[0] == 404
    assert (await site.json("POST", path, invite, token=agent))[0] == 202
    _, told = await tell(site)
    assert (told["invitation"]["agent"], told["invitation"]["dir"]) == ("Ana Costa", "ltr")
    _, told = await tell(site, language="ar")
    assert told["invitation"]["dir"] == "rtl"
    _, told = await tell(site, state="form")  # the visitor has opened the chat
    assert told["invitation"] is None
    admin = await site.sign_in("admin", "Demo-admin!")
    _, found = await site.json("GET", "/v1/live-visitors", token=admin)
    assert [each["state"] for each in found["items"]] == ["form"]
    await tell(site, state="left")
    _, found = await site.json("GET", "/v1/live-visitors", token=agent)
    assert found["items"] == []
    assert (await site.json("POST", path, invite, token=agent))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [{"visit": "short"}, {"state": "dancing"}, {"page_url": "x" * 3000}, {"more": 1}, {"visit": 7}],
)
async def test_odd_tellings_are_refused(site: Site, wrong: dict[str, Any]) -> None:
    await show(site, on=True)
    assert (await tell(site, **wrong))[0] == 422


async def test_addresses_that_are_no_pages_are_dropped(site: Site) -> None:
    await show(site, on=True)
    await tell(site, page_url="javascript:alert(1)", referrer="data:text/html,x")
    agent = await site.sign_in("1000")
    _, found = await site.json("GET", "/v1/live-visitors", token=agent)
    [seen] = found["items"]
    assert (seen["page_url"], seen["referrer"]) == ("", "")
    await tell(site, state="left")
