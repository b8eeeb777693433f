"""The visitor's page, the loader, sessions and sockets, over real ports."""

from __future__ import annotations

import asyncio
import json
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from socketio.exceptions import ConnectionError as SocketRefused

from engage import i18n
from engage.livechat.model import Destination, LiveChat
from engage.livechat.options import Options
from tests.support import site as support

if TYPE_CHECKING:
    from pathlib import Path

    import socketio

    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRONG = "ev_wrong"
SESSIONS = "/v1/livechat/demo/sessions"
FORM = {
    "full_name": "Vera",
    "email": "vera@example.test",
    "phone": "+353 1 234",
    "consent": True,
}


class Heard:
    """What a client's socket is sent."""

    def __init__(self, client: socketio.AsyncClient, namespace: str) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Event()
        client.on("*", self._hear, namespace=namespace)

    async def _hear(self, name: str, payload: dict[str, Any]) -> None:
        self.events.append((name, payload))
        self._news.set()

    async def wait(self, name: str, **fields: object) -> dict[str, Any]:
        """The first event of this name with these fields, come or still to come."""
        async with asyncio.timeout(10):
            while True:
                for heard, payload in self.events:
                    if heard == name and fields.items() <= payload.items():
                        return payload
                self._news.clear()
                await self._news.wait()


async def add(site: Site, public_id: str, *, enabled: bool = True, **options: Any) -> None:
    livechat = site.application._running.livechat  # noqa: SLF001 - administration comes later
    await livechat.add(
        LiveChat(
            id=public_id,
            public_id=public_id,
            name=options.pop("name", public_id),
            enabled=enabled,
            destination=options.pop("destination", Destination("queue", ("6500",))),
            options=Options(**options),
            version=1,
            created_at_ms=0,
        )
    )


async def test_visitor_and_agent_talk(site: Site) -> None:
    ana = await site.sign_in("1000")
    async with site.socket("/wave", ana) as wave:
        at_desk = Heard(wave, "/wave")
        status, session = await site.json(
            "POST", SESSIONS, FORM | {"page_url": "https://a.example/"}
        )
        assert status == 201
        assert session["state"] == "waiting"
        conversation = session["conversation"]
        inquiry = await at_desk.wait("inquiry", conversation=conversation)
        assert inquiry["visitor"]["name"] == "Vera"
        async with site.socket("/visitor", session["token"]) as page:
            at_page = Heard(page, "/visitor")
            accept = {"conversation": conversation, "epoch": inquiry["epoch"]}
            accepted = await wave.call("accept", accept, namespace="/wave")
            assert accepted["ok"]
            assert accepted["conversation"]["owner"] == {"id": "1000", "name": "Ana Costa"}
            await at_page.wait("event", kind="assigned")
            said = {"conversation": conversation, "client_id": "answer-1", "text": "<b>Hi</b>"}
            assert (await wave.call("send", said | {"epoch": 1}, namespace="/wave"))["ok"]
            heard = await at_page.wait("event", kind="message", text="<b>Hi</b>")
            assert heard["author"] == {"kind": "agent", "id": "1000", "name": "Ana Costa"}
            end = {"conversation": conversation}
            assert await page.call("end", end, namespace="/visitor") == {
                "ok": True,
                "state": "ended",
            }
            assert await at_desk.wait("event", kind="state", state="ended")
    status, details = await site.json("GET", f"/v1/conversations/{conversation}/visitor", token=ana)
    assert status == 200
    assert details["visitor"]["email"] == "vera@example.test"
    assert details["inquiry"]["end_reason"] == "visitor"
    assert details["inquiry"]["page_url"] == "https://a.example/"
    assert len(details["consent"]["text_hash"]) == 64


async def test_loser_is_told_who_won(site: Site) -> None:
    ana, ben = await site.sign_in("1000"), await site.sign_in("1001")
    _, conversation = await site.visitor()
    async with site.socket("/wave", ana) as first, site.socket("/wave", ben) as second:
        answers = await asyncio.gather(
            *(
                each.call("accept", {"conversation": conversation}, namespace="/wave")
                for each in (first, second)
            )
        )
    (lost,) = [each for each in answers if not each["ok"]]
    (won,) = [each for each in answers if each["ok"]]
    assert lost["error"]["code"] == "taken"
    assert lost["by"] == lost["error"]["by"] == won["conversation"]["owner"]
    assert lost["by"]["name"] in lost["error"]["message"]


async def test_a_reload_finds_the_chat_by_its_token(site: Site) -> None:
    token, conversation = await site.visitor()
    status, found = await site.json("GET", "/v1/livechat/demo/session", token=token)
    assert (status, found["conversation"], found["state"]) == (200, conversation, "waiting")
    assert (await site.json("GET", "/v1/livechat/demo/session"))[0] == 404
    assert (await site.json("GET", "/v1/livechat/demo/session", token=WRONG))[0] == 404
    status, again = await site.json("POST", SESSIONS, {"token": token})
    assert (status, again["conversation"]) == (201, conversation)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"full_name", "email", "phone", "consent"}),
        (FORM | {"email": "nobody"}, {"email"}),
        (FORM | {"phone": "12"}, {"phone"}),
        (FORM | {"consent": False}, {"consent"}),
        (FORM | {"consent": "true"}, {"consent"}),
        (FORM | {"full_name": 7}, {"full_name"}),
        (FORM | {"full_name": "a\x00b"}, {"full_name"}),
        (FORM | {"full_name": "x" * 121}, {"full_name"}),
        (FORM | {"author": "agent:1000"}, {"author"}),
        (FORM | {"kind": "note", "seq": 1, "conversation": "c"}, {"kind", "seq", "conversation"}),
    ],
)
async def test_wrong_fields_are_named(site: Site, body: dict[str, Any], fields: set[str]) -> None:
    status, answer = await site.json("POST", SESSIONS, body)
    assert status == 422
    assert set(answer["error"]["fields"]) == fields
    assert all(answer["error"]["fields"].values())


async def test_a_lone_surrogate_is_refused_with_its_field(site: Site) -> None:
    body = json.dumps(FORM | {"full_name": "\ud83d"})
    headers = {"content-type": "application/json"}
    status, answer = await site.json("POST", SESSIONS, data=body, headers=headers)
    assert (status, set(answer["error"]["fields"])) == (422, {"full_name"})


async def test_a_flood_from_one_address_is_told_when_to_come_back(tmp_path: Path) -> None:
    proxies = (ip_network("127.0.0.0/8"),)
    async with support.site(tmp_path, trusted_proxies=proxies) as site:
        here = {"x-forwarded-for": "203.0.113.5"}
        taken, status = -1, 201
        while status == 201:  # the bucket refills meanwhile, by one in two seconds
            taken += 1
            async with site.http.post(site.url + SESSIONS, json=FORM, headers=here) as response:
                answer, status = await response.json(), response.status
        assert taken >= 30
        assert (response.status, answer["error"]["code"]) == (429, "too_many")
        assert int(response.headers["retry-after"]) in (1, 2)
        there = {"x-forwarded-for": "203.0.113.6"}
        assert (await site.json("POST", SESSIONS, FORM, headers=there))[0] == 201


async def test_malformed_json_is_a_bad_request(site: Site) -> None:
    headers = {"content-type": "application/json"}
    status, answer = await site.json("POST", SESSIONS, data=b"{", headers=headers)
    assert (status, answer["error"]["code"]) == (400, "malformed")


@pytest.mark.parametrize("language", ["de", "ar"])
async def test_wrong_fields_are_explained_in_the_pages_language(site: Site, language: str) -> None:
    if language not in i18n.languages():
        pytest.skip("this language has no catalogue")
    status, answer = await site.json("POST", SESSIONS, {"language": language})
    assert status == 422
    english = "Please fill in this field."
    assert answer["error"]["fields"]["email"] == i18n.translate(english, language) != english


async def test_a_visitor_chooses_neither_author_nor_kind_nor_conversation(site: Site) -> None:
    token, conversation = await site.visitor()
    _, other = await site.visitor()
    path = f"/v1/conversations/{conversation}/events"
    message = {"client_id": "client-id", "text": "Hi"}
    for forged in ({"author": "agent:1000"}, {"kind": "note"}, {"seq": 1}, {"at": "2020"}):
        status, answer = await site.json("POST", path, message | forged, token=token)
        assert (status, answer["error"]["code"]) == (422, "invalid")
    elsewhere = f"/v1/conversations/{other}/events"
    assert (await site.json("POST", elsewhere, message, token=token))[0] == 404
    assert (await site.json("GET", elsewhere, token=token))[0] == 404
    status, _ = await site.json("GET", f"/v1/conversations/{conversation}/visitor", token=token)
    assert status == 403
    async with site.socket("/visitor", token) as page:
        for event in ("accept", "note", "inquiries"):
            answer = await page.call(event, {"conversation": conversation}, namespace="/visitor")
            assert answer["error"]["code"] == "unknown_event"
        answer = await page.call("end", {"conversation": other}, namespace="/visitor")
        assert answer["error"]["code"] == "not_found"


async def test_a_wrong_visitor_token_is_refused_with_a_code(site: Site) -> None:
    with pytest.raises(SocketRefused):
        async with site.socket("/visitor", WRONG):
            pass
    with pytest.raises(SocketRefused):
        async with site.socket("/wave", (await site.visitor())[0]):
            pass


async def test_only_agents_of_the_destination_see_inquiries(site: Site) -> None:
    dana = await site.sign_in("1003")
    _, conversation = await site.visitor()
    async with site.socket("/wave", dana) as wave:
        answer = await wave.call("inquiries", {}, namespace="/wave")
        assert answer == {"ok": True, "inquiries": []}
        answer = await wave.call("accept", {"conversation": conversation}, namespace="/wave")
        assert answer["error"]["code"] == "not_found"
    path = f"/v1/conversations/{conversation}/visitor"
    assert (await site.json("GET", path, token=dana))[0] == 404
    assert (await site.json("GET", path))[0] == 401


async def test_the_page_carries_its_configuration(site: Site) -> None:
    async with site.http.get(site.url + "/livechat/demo") as response:
        page = await response.text()
        policy = response.headers["content-security-policy"]
    if response.status == 503:
        pytest.skip("the front ends are not built")
    assert response.status == 200
    assert "frame-ancestors *" in policy
    assert 'id="engage-config"' in page
    status, config = await site.json("GET", "/v1/livechat/demo")
    assert status == 200
    assert config["info_types"] == ["full_name", "email", "phone"]
    assert config["privacy_control"]
    assert "30" in config["privacy_notice"]
    assert config["offline"] is None


async def test_an_unknown_link_is_a_404_page_in_the_pages_language(site: Site) -> None:
    for language in ("en", "ar"):
        headers = {"accept-language": language, "accept": "text/html"}
        async with site.http.get(site.url + "/livechat/nothing", headers=headers) as response:
            page = await response.text()
        assert response.status == 404
        assert i18n.translate("This chat is not available.", i18n.negotiate(language)) in page
    assert (await site.json("GET", "/v1/livechat/nothing"))[0] == 404
    assert (await site.json("POST", "/v1/livechat/nothing/sessions", FORM))[0] == 404


async def test_a_disabled_link_shows_the_form_for_a_message(site: Site) -> None:
    await add(site, "closed", enabled=False)
    _, config = await site.json("GET", "/v1/livechat/closed")
    assert config["offline"] == "disabled"
    assert (await site.json("POST", "/v1/livechat/closed/sessions", FORM))[0] == 404
    path = "/v1/livechat/closed/messages"
    status, answer = await site.json("POST", path, FORM | {"text": ""})
    assert (status, set(answer["error"]["fields"])) == (422, {"text"})
    status, answer = await site.json("POST", path, FORM | {"text": "Call me"})
    assert status == 201
    assert answer["number"] > 1000


async def test_without_agents_the_chat_does_not_start(site: Site) -> None:
    await add(site, "nobody", destination=Destination("queue", ("6999",)))
    _, config = await site.json("GET", "/v1/livechat/nobody")
    assert config["offline"] == "no_agent"
    status, session = await site.json("POST", "/v1/livechat/nobody/sessions", FORM)
    assert (status, session["state"], session["token"]) == (201, "offline", None)


async def test_the_loader_carries_the_look_and_is_cached_for_a_minute(site: Site) -> None:
    nasty = "</script><script>alert(1)//\u2028'\"\\"
    await add(site, "look", name=nasty, theme={"color": "#112233", "position": "left"})
    async with site.http.get(site.url + "/livechat/look/widget.js") as response:
        script = await response.text()
    if response.status == 404:
        pytest.skip("the front ends are not built")
    assert response.headers["content-type"].startswith("application/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["cache-control"] == "public, max-age=60"
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 2048  # as the README says
    assert "__ENGAGE_CONFIG__" not in script
    assert "#112233" in script
    assert "</script>" not in script
    assert "\u2028" not in script
    headers = {"if-none-match": response.headers["etag"]}
    async with site.http.get(site.url + "/livechat/look/widget.js", headers=headers) as response:
        assert response.status == 304


async def test_the_loader_of_an_unknown_link_is_an_empty_script(site: Site) -> None:
    async with site.http.get(site.url + "/livechat/nothing/widget.js") as response:
        assert response.status == 404
        assert response.headers["content-type"].startswith("application/javascript")
        assert await response.read() == b""


async def test_the_page_is_framed_by_the_named_sites_only(site: Site) -> None:
    await add(site, "framed", allowed_domains=("shop.example", "*.shop.example"))
    async with site.http.get(site.url + "/livechat/framed") as response:
        policy = response.headers["content-security-policy"]
    if response.status == 503:
        pytest.skip("the front ends are not built")
    assert "frame-ancestors 'self' shop.example *.shop.example" in policy


async def test_the_list_of_live_chats_is_for_those_who_sign_in(site: Site) -> None:
    assert (await site.json("GET", "/v1/livechats"))[0] == 401
    admin, ana, dana = [await site.sign_in(each) for each in ("admin", "1000", "1003")]
    _, whole = await site.json("GET", "/v1/livechats", token=admin)
    demo = next(each for each in whole["items"] if each["public_id"] == "demo")
    assert demo["destination"] == {"kind": "queue", "values": ["6500"]}
    assert demo["url"].endswith("/livechat/demo")
    _, served = await site.json("GET", "/v1/livechats", token=ana)
    assert "Demo" in [each["name"] for each in served["items"]]
    assert (await site.json("GET", "/v1/livechats", token=dana))[1] == {"items": []}
