"""Whoever is banned finds the page of a link that is gone, by the address that can be believed."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import socketio

from tests.support import site as support

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.site import Site

FORM = {
    "full_name": "Bruno",
    "email": "bruno@example.test",
    "phone": "+49 30 123",
    "consent": True,
}
SESSIONS = "/v1/livechat/demo/sessions"


def through(address: str) -> dict[str, str]:
    """As a proxy forwards somebody."""
    return {"x-forwarded-for": address}


async def refusal(site: Site, token: str) -> Any:
    client = socketio.AsyncClient(reconnection=False)
    refused: list[Any] = []
    client.on("connect_error", refused.append, namespace="/visitor")
    try:
        await client.connect(site.url, auth={"token": token}, namespaces=["/visitor"])
    except socketio.exceptions.ConnectionError:
        return refused[0]["code"]
    await client.disconnect()
    return None


async def banned(site: Site, admin: str, address: str) -> tuple[str, dict[str, Any]]:
    """A visitor from an address who was banned: their token, and the ban."""
    status, session = await site.json("POST", SESSIONS, FORM, headers=through(address))
    assert status == 201, session
    assert await refusal(site, session["token"]) is None
    path = f"/v1/conversations/{session['conversation']}/ban"
    status, ban = await site.json("POST", path, {"duration": "1h"}, token=admin)
    assert status == 201, ban
    return session["token"], ban


async def test_a_banned_visitor_is_refused_by_token_and_by_forwarded_address(
    tmp_path: Path,
) -> None:
    proxies = (ip_network("127.0.0.0/8"),)
    async with support.site(tmp_path, trusted_proxies=proxies) as site:
        admin = await site.sign_in("admin", "Demo-admin!")
        token, ban = await banned(site, admin, "203.0.113.5")
        assert (ban["state"], ban["network"]) == ("banned", "203.0.113.5")
        assert await refusal(site, token) == "banned"
        here, there = through("203.0.113.5"), through("203.0.113.6")
        status, answer = await site.json("POST", SESSIONS, FORM, headers=here)
        assert (status, answer["error"]["code"]) == (404, "unknown_livechat")
        for path in ("/livechat/demo", "/livechat/demo/widget.js", "/v1/livechat/demo"):
            assert (await site.json("GET", path, headers=here))[0] == 404
        elsewhere = await site.json("GET", "/v1/livechat/demo/session", token=token, headers=there)
        assert elsewhere[1]["error"]["code"] == "unknown_livechat"
        assert (await site.json("POST", SESSIONS, FORM, headers=there))[0] == 201
        status, lifted = await site.json("POST", f"/v1/livechat-bans/{ban['id']}/lift", token=admin)
        assert (status, lifted["state"]) == (200, "lifted")
        assert (await site.json("GET", "/livechat/demo", headers=here))[0] == 200
        assert await refusal(site, token) is None


async def test_a_forwarded_address_of_a_stranger_bans_nobody(tmp_path: Path) -> None:
    """chatwoot#8923: the load balancer's address was counted as everybody's."""
    async with support.site(tmp_path) as site:  # no proxy is trusted
        admin = await site.sign_in("admin", "Demo-admin!")
        _, ban = await banned(site, admin, "203.0.113.5")
        assert ban["network"] == ""  # the socket's own is loopback: everybody's behind a proxy
        for address in ("203.0.113.5", "203.0.113.6"):
            status, _ = await site.json("POST", SESSIONS, FORM, headers=through(address))
            assert status == 201
