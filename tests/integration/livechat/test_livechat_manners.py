"""What a visitor reads of whoever serves them, over the socket, anew, as text and by mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engage.livechat.post import TRANSCRIPT
from engage.livechat.reception import Start
from engage.livechat.replies.service import KIND, Replies
from engage.livechat.replies.threads import Threads
from tests.support.office import ANA, FORM, HERE, Office, visitor_author

if TYPE_CHECKING:
    from engage.hub.model import Author


async def served(office: Office, **options: Any) -> tuple[Author, str]:
    await office.add("quiet", **options)
    session = await office.begin("quiet")
    visitor, conversation = visitor_author(session), str(session.conversation_id)
    for who in (visitor.stored, ANA.who):
        await office.connect(who)
    await office.service.desk.accept(ANA, conversation, 0)
    await office.hub.post(ANA.who, ANA.author, conversation, client_id="a", text="Good day")
    return visitor, conversation


async def test_a_visitor_reads_the_alias_wherever_the_agent_is_named(office: Office) -> None:
    visitor, conversation = await served(office, agent_display="alias", email_transcript=True)
    hub, who = office.hub, visitor.stored
    await hub.typing(ANA.who, ANA.author, conversation)
    shown = [
        office.sockets.told(who, "event"),
        office.sockets.told(who, "typing"),
        (await hub.resume(who, conversation, 0)).events,
        await hub.hello(who, {conversation: 0}),
    ]
    assert all("Support" in json.dumps(each) for each in shown)
    assert "Ana" not in json.dumps(shown)
    assert "Ana Costa" in json.dumps(await hub.summary(ANA.who, conversation))
    assert "Ana Costa" in json.dumps(office.sockets.told(ANA.who, "event"))
    await office.service.desk.end(ANA.who, ANA.author, conversation)
    _, text = await office.service.transcripts.read(who, conversation, "en")
    assert text.endswith("Support: Good day\n")
    await office.service.transcripts.mail(visitor, conversation, "en")
    [mail] = await office.mails(TRANSCRIPT)
    assert mail["params"]["agent_name"] == "Support"
    assert "Ana" not in mail["params"]["transcript"]


async def test_a_quick_reply_names_the_agent_as_the_visitor_reads_them(office: Office) -> None:
    _, conversation = await served(office, agent_display="first_name")
    found = await office.service.quick_replies.at_hand(ANA, conversation)
    assert found.variables["AGENT_NAME"] == "Ana"


@pytest.mark.parametrize(
    ("display", "reply_to"),
    [("display_name", "1000@example.test"), ("first_name", ""), ("alias", "")],
)
async def test_answers_by_mail_name_no_agents_address_where_names_are_hidden(
    office: Office, display: str, reply_to: str
) -> None:
    await office.add("left", enabled=False, agent_display=display)
    service = office.service
    replies = Replies(
        office.hub,
        service.lobby,
        service.livechats,
        office.outbox,
        service.post,
        Threads(b"k"),
        lambda token: "",  # nobody fetches answers
        service.visitors.is_banned,
        office.events,
        office.clock,
    )
    await service.reception.leave_message("left", Start(FORM), "Open?", HERE)
    [left] = await service.desk.messages(ANA, None, 10)
    await replies.reply(ANA, left["conversation"], "r1", "Yes.")
    [mail] = await office.mails(KIND)
    assert mail["reply_to"] == reply_to


async def test_an_open_chat_keeps_the_manners_it_began_with(office: Office) -> None:
    visitor, conversation = await served(office, agent_display="alias", agent_alias="Care")
    office = await office.restarted()
    summary = await office.hub.summary(visitor.stored, conversation)
    assert summary["owner"] == {"id": "1000", "name": "Care"}
    await office.stop()


async def test_neither_side_sees_typing_and_agents_no_reading_where_that_is_off(
    office: Office,
) -> None:
    visitor, conversation = await served(office, typing_indicator=False, read_state=False)
    hub, who = office.hub, visitor.stored
    await hub.typing(ANA.who, ANA.author, conversation)
    await hub.typing(who, visitor, conversation)
    assert office.sockets.told(who, "typing") == office.sockets.told(ANA.who, "typing") == []
    head = (await hub.summary(who, conversation))["head"]
    await hub.read(who, conversation, head)
    await hub.stop()  # marks are written
    marks = [each for each in office.sockets.told(ANA.who, "watermark") if each["who"] == who]
    assert [(each["delivered"], each["read"]) for each in marks] == [(head, 0)]
    [own] = [each for each in office.sockets.told(who, "watermark") if each["who"] == who]
    assert own["read"] == head
    listed = (await hub.summary(ANA.who, conversation))["watermarks"]
    assert [each["read"] for each in listed if each["who"] == who] == [0]
