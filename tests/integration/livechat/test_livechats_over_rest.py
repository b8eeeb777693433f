"""`/v1/livechats` as programs use it: made, changed, listed, exported, downloaded, deleted."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUPPORT = {"kind": "queue", "values": ["6500"]}
LIVECHATS = "/v1/livechats"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(site: Site) -> str:
    return await site.sign_in("admin", "Demo-admin!")


async def made(site: Site, admin: str, name: str, **fields: Any) -> dict[str, Any]:
    body = {"name": name, "destination": SUPPORT, **fields}
    status, livechat = await site.json("POST", LIVECHATS, body, token=admin)
    assert status == 201, livechat
    return livechat


async def fields_of(
    site: Site, admin: str, body: dict[str, Any], path: str = LIVECHATS
) -> dict[str, str]:
    method = "POST" if path == LIVECHATS else "PATCH"
    status, answer = await site.json(method, path, body, token=admin)
    assert status == 422, answer
    fields: dict[str, str] = answer["error"]["fields"]
    return fields


async def test_defaults_are_those_of_the_form(site: Site, admin: str) -> None:
    livechat = await made(site, admin, "Defaults")
    assert livechat["url"].endswith(f"/livechat/{livechat['public_id']}")
    assert livechat["copy_url"] == livechat["url"]  # a foreign Host is not believed
    assert livechat["version"] == 1
    shown = {
        "enabled": True,
        "language": "",
        "require_visitor_info": True,
        "info_types": ["full_name", "email", "phone"],
        "privacy_control": False,
        "retention_days": 30,
        "allow_visitor_to_call": False,
        "inquiry_timeout_min": 10,
        "working_hours": 0,
        "notify_agents": False,
        "destination_names": {"6500": "Support"},
        "destination_missing": [],
        "open_inquiries": 0,
        "active_sessions": 0,
    }
    assert {key: livechat[key] for key in shown} == shown
    status, same = await site.json("GET", f"{LIVECHATS}/{livechat['id']}", token=admin)
    assert (status, same) == (200, livechat)


async def test_creation_repeated_with_its_client_id_is_one(site: Site, admin: str) -> None:
    first = await made(site, admin, "Once", client_id="once-1")
    assert await made(site, admin, "Once", client_id="once-1") == first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"destination": SUPPORT}, "name"),
        ({"name": "x" * 65, "destination": SUPPORT}, "name"),
        ({"name": "   ", "destination": SUPPORT}, "name"),
        ({"name": "a\u0000b", "destination": SUPPORT}, "name"),
        ({"name": "demo", "destination": SUPPORT}, "name"),
        ({"name": "No one"}, "destination"),
        ({"name": "Gone", "destination": {"kind": "queue", "values": ["6599"]}}, "destination"),
        ({"name": "Odd", "destination": {"kind": "ivr", "values": ["1"]}}, "destination.kind"),
        ({"name": "Ask", "destination": SUPPORT, "info_types": []}, "info_types"),
        ({"name": "Days", "destination": SUPPORT, "retention_days": 3651}, "retention_days"),
        ({"name": "Text", "destination": SUPPORT, "offline_message": "x" * 501}, "offline_message"),
        ({"name": "N", "destination": SUPPORT, "privacy_notice": "x" * 2001}, "privacy_notice"),
        ({"name": "Host", "destination": SUPPORT, "allowed_domains": ["a b"]}, "allowed_domains"),
        ({"name": "Zone", "destination": SUPPORT, "working_hours": 7}, "working_hours"),
        ({"name": "Tag", "destination": SUPPORT, "language": "xx"}, "language"),
        ({"name": "Odd", "destination": SUPPORT, "colour": "red"}, "colour"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_at_its_field(
    site: Site, admin: str, body: dict[str, Any], field: str
) -> None:
    fields = await fields_of(site, admin, body)
    assert field in fields
    assert fields[field]


async def test_messages_are_in_the_askers_language(site: Site, admin: str) -> None:
    body = {"destination": SUPPORT}
    options = {"token": admin, "headers": {"accept-language": "de"}}
    status, answer = await site.json("POST", LIVECHATS, body, **options)
    assert status == 422
    assert answer["error"]["fields"]["name"]


async def test_change_touches_only_what_it_names(site: Site, admin: str) -> None:
    livechat = await made(site, admin, "Changing", welcome_message="Hello", retention_days=7)
    path = f"{LIVECHATS}/{livechat['id']}"
    change = {"subtitle": "We help", "version": 1}
    status, changed = await site.json("PATCH", path, change, token=admin)
    assert status == 200
    assert changed["welcome_message"] == "Hello"
    assert (changed["subtitle"], changed["retention_days"], changed["version"]) == ("We help", 7, 2)
    status, answer = await site.json("PATCH", path, {"subtitle": "No", "version": 1}, token=admin)
    assert (status, answer["error"]["code"]) == (409, "edited")
    assert answer["error"]["by"] == "admin" or answer["error"]["by"]
    assert "name" in await fields_of(site, admin, {"name": ""}, path)
    assert "name" in await fields_of(site, admin, {"name": None}, path)
    _, page = await site.json("GET", f"/v1/livechat/{livechat['public_id']}")
    assert page["subtitle"] == "We help"


async def test_every_text_reaches_the_visitors_page(site: Site, admin: str) -> None:
    """chatwoot#12483: words were fixed in the code."""
    texts = {
        "info_request_message": "Who are you?",
        "queueing_message": "Place ${POSITION}",
        "no_agent_message": "Nobody here",
        "offline_message": "Closed",
    }
    german = {"info_request_message": "Wer sind Sie?", "offline_message": "Geschlossen"}
    livechat = await made(
        site,
        admin,
        "Texts",
        **texts,
        translations={"de": german},
        title="Our shop",
        subtitle="Ask us",
        theme_color="#112233",
        theme_mode="dark",
    )
    path = f"/v1/livechat/{livechat['public_id']}"
    _, page = await site.json("GET", path, headers={"accept-language": "en"})
    assert {name: page[name] for name in texts} == texts
    assert page["theme"] == {"color": "#112233", "mode": "dark"}
    assert (page["title"], page["subtitle"]) == ("Our shop", "Ask us")
    _, page = await site.json("GET", path, headers={"accept-language": "de"})
    assert page["info_request_message"] == "Wer sind Sie?"
    assert page["queueing_message"] == "Place ${POSITION}"


async def test_list_is_searched_sorted_paged_and_exported(site: Site, admin: str) -> None:
    for name in ("Zebra", "=Apple()", "Mango"):
        await made(site, admin, f"{name} fruit")
    path = f"{LIVECHATS}?q=fruit&sort=-name&limit=2"
    _, first = await site.json("GET", path, token=admin)
    assert [each["name"] for each in first["items"]] == ["Zebra fruit", "Mango fruit"]
    assert first["total"] == 3
    _, second = await site.json("GET", f"{path}&cursor={first['cursor']}", token=admin)
    assert [each["name"] for each in second["items"]] == ["=Apple() fruit"]
    assert second["cursor"] is None
    status, _ = await site.json("GET", f"{LIVECHATS}?sort=secret", token=admin)
    assert status == 422
    headers = {"authorization": f"Bearer {admin}"}
    async with site.http.get(f"{site.url}{path}&format=csv", headers=headers) as answer:
        rows = list(csv.DictReader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == ["Zebra fruit", "Mango fruit", "'=Apple() fruit"]
    assert rows[0]["destination"] == "6500"


async def test_users_see_the_names_of_those_they_serve(site: Site, admin: str) -> None:
    await made(site, admin, "Dana's", destination={"kind": "extensions", "values": ["1003"]})
    _, dana = await site.json("GET", LIVECHATS, token=await site.sign_in("1003"))
    assert [each["name"] for each in dana["items"]] == ["Dana's"]
    assert dana["items"][0].keys() == {"id", "name", "chairman"}


async def test_script_and_code_are_files(site: Site, admin: str) -> None:
    livechat = await made(site, admin, 'Ärger\u2028"</script>')
    headers = {"authorization": f"Bearer {admin}"}
    url = f"{site.url}{LIVECHATS}/{livechat['id']}"
    async with site.http.get(f"{url}/script", headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/javascript"
        assert (
            answer.headers["content-disposition"]
            == 'attachment; filename="livechat-rger-script.js"'
        )
        text = await answer.text()
    lines = text.splitlines()
    assert f'<script async src="{livechat["url"]}/widget.js"></script>' in text
    assert lines[0].startswith("// Live chat ")
    assert all(line.startswith("//") for line in lines[:7])
    async with site.http.get(f"{url}/qr", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert b"<svg" in await answer.read()


async def test_renewed_and_deleted_links_answer_404(site: Site, admin: str) -> None:
    livechat = await made(site, admin, "Brief", language="de")
    path = f"{LIVECHATS}/{livechat['id']}"
    _, renewed = await site.json("POST", f"{path}/link", token=admin)
    assert renewed["public_id"] != livechat["public_id"]
    status, _ = await site.json("GET", f"/v1/livechat/{livechat['public_id']}")
    assert status == 404
    status, _ = await site.json("DELETE", path, token=admin)
    assert status == 204
    for gone in (path, f"{path}/script", f"{path}/qr"):
        status, _ = await site.json("GET", gone, token=admin)
        assert status == 404
    headers = {"accept": "text/html", "accept-language": "ar"}
    page = f"{site.url}/livechat/{renewed['public_id']}"
    async with site.http.get(page, headers=headers) as answer:
        assert answer.status == 404
        assert 'lang="de"' in await answer.text()  # its own language, not the browser's
    async with site.http.get(f"{site.url}/livechat/unknown", headers=headers) as answer:
        assert answer.status == 404
        assert 'dir="rtl"' in await answer.text()


async def test_queue_that_a_live_chat_needs_is_not_deleted(site: Site, admin: str) -> None:
    status, answer = await site.json("DELETE", "/v1/queues/6500", token=admin)
    assert (status, answer["error"]["code"]) == (409, "in_use")
    assert {"kind": "livechat", "name": "Demo"}.items() <= answer["error"]["users"][0].items()


async def test_limits_and_time_settings_hold_at_once(site: Site, admin: str) -> None:
    _, before = await site.json("GET", "/v1/settings/time", token=admin)
    body = {"values": {"time_zone": "Asia/Kathmandu", "office_time": []}, "version": 0}
    status, answer = await site.json("PATCH", "/v1/settings/time", body, token=admin)
    assert (status, answer["values"]["time_zone"]) == (200, "Asia/Kathmandu")
    livechat = await made(site, admin, "Office", working_hours=1)
    _, page = await site.json("GET", f"/v1/livechat/{livechat['public_id']}")
    assert page["offline"] == "closed"
    back = {"values": {"office_time": before["values"]["office_time"], "time_zone": "Nowhere"}}
    status, answer = await site.json("PATCH", "/v1/settings/time", back, token=admin)
    assert (status, list(answer["error"]["fields"])) == (422, ["time_zone"])
    bad = {"values": {"exempt_networks": ["300.0.0.0/8"]}}
    status, answer = await site.json("PATCH", "/v1/settings/livechat_limits", bad, token=admin)
    assert status == 422
    assert answer["error"]["fields"] == {
        "exempt_networks": "Please enter addresses or networks, such as 192.0.2.7 or 2001:db8::/32."
    }


async def test_a_chairman_puts_a_chat_back_into_the_line(site: Site, admin: str) -> None:
    """And the log tells who did; others are refused, and so is a chat that is not there."""
    chairman, other = await site.sign_in("1002"), await site.sign_in("1003")
    visitor, chat = await site.visitor()
    path = f"/v1/conversations/{chat}/free"
    assert (await site.json("POST", path, token=chairman))[0] == 403
    queue = "/v1/queues/6500"
    status, answer = await site.json("PATCH", queue, {"chairmen": ["1002"]}, token=admin)
    assert status == 200, answer
    assert (await site.json("POST", path, token=other))[0] == 403
    assert (await site.json("POST", path, token=visitor))[0] == 403
    assert (await site.json("POST", path.replace(chat, "absent"), token=chairman))[0] == 404
    assert (await site.json("POST", path, token=chairman))[0] == 204
    log = "/v1/operations?limit=20"
    _, operations = await site.json("GET", log, token=admin)
    [noted] = [each for each in operations["items"] if each["action"] == "livechat.free"]
    assert (noted["actor"], noted["object"]) == ("user:1002", f"conversation:{chat}")
    assert noted["detail"] == {"state": "waiting", "agent": ""}
    assert (await site.json("PATCH", queue, {"chairmen": []}, token=admin))[0] == 200
