"""What waits or was left reaches the agents through a real SMTP server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.support import site as support
from tests.support.mail_sink import MailSink

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.site import Site

AGENTS = ["1000@example.test", "1001@example.test", "1002@example.test"]
FORM = {
    "full_name": "Vera Lang",
    "email": "vera@example.test",
    "phone": "+353 1 234",
    "consent": True,
}


async def change_demo(site: Site, **fields: Any) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    _, listed = await site.json("GET", "/v1/livechats", token=admin)
    [demo] = listed["items"]
    path = f"/v1/livechats/{demo['id']}"
    status, answer = await site.json("PATCH", path, fields, token=admin)
    assert status == 200, answer


async def test_agents_get_one_mail_whose_link_opens_the_inquiry(tmp_path: Path) -> None:
    public = "https://pbx.example.test"
    async with (
        MailSink() as sink,
        support.site(tmp_path, smtp=f"smtp://127.0.0.1:{sink.port}", public_url=public) as site,
    ):
        await change_demo(site, notify_agents=True, notify_after_min=2)
        token, conversation = await site.visitor("Vera Lang")
        async with site.socket("/visitor", token):
            site.clock.offset_ms = 2 * 60_000
            mails = await sink.arrived(3)
        assert sorted(each.recipients[0] for each in mails) == AGENTS
        for mail in mails:
            assert "Vera Lang" in mail.part("plain")
            assert "Demo" in mail.part("plain")
            links = re.findall(r"https://\S+", mail.part("plain"))
            assert f"{public}/wave/#/live-chat/{conversation}" in links


async def test_message_left_arrives_with_reply_to_the_visitor(tmp_path: Path) -> None:
    async with (
        MailSink() as sink,
        support.site(tmp_path, smtp=f"smtp://127.0.0.1:{sink.port}") as site,
    ):
        await change_demo(site, enabled=False)
        body = {**FORM, "client_id": "left-once-0001", "text": "Are you open\non Saturday?"}
        for _ in range(2):  # the same message, tried again
            status, _ = await site.json("POST", "/v1/livechat/demo/messages", body)
            assert status == 201
        mails = await sink.arrived(3)
        assert sorted(each.recipients[0] for each in mails) == AGENTS
        for mail in mails:
            assert mail.message["reply-to"] == "vera@example.test"
            assert "on Saturday?" in mail.part("plain")
        token = await site.sign_in("1000")
        _, listed = await site.json("GET", "/v1/livechat-messages", token=token)
        assert [each["text"] for each in listed["items"]] == [body["text"]]
        path = f"/v1/livechat-messages/{listed['items'][0]['conversation']}"
        status, entry = await site.json("PATCH", path, {"answered": True}, token=token)
        assert (status, entry["answered_by"]) == (200, "Ana Costa")
