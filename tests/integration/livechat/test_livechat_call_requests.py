"""An agent asks a visitor to talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Conflict, NotFound
from engage.hub.model import StaleOwner
from engage.livechat.calling.model import CallsNotAllowed
from tests.support.office import ANA, BEN, visitor_author

if TYPE_CHECKING:
    from engage.livechat.reception import Session
    from tests.support.office import Office


async def _served(office: Office, public_id: str) -> Session:
    session = await office.begin(public_id)
    await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    return session


async def _calls(office: Office, session: Session) -> list[str]:
    visitor = visitor_author(session).who
    page = await office.hub.resume(visitor, str(session.conversation_id), 0)
    return [str(each["state"]) for each in page.events if each["kind"] == "call"]


async def test_the_visitor_reads_the_request_and_may_decline_it_once(office: Office) -> None:
    await office.add("calls", allow_visitor_to_call=True)
    session = await _served(office, "calls")
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    requests = office.service.call_requests
    await requests.decline(visitor, conversation)  # nobody has asked
    assert await _calls(office, session) == []
    await requests.ask(ANA, conversation)
    await requests.decline(visitor, conversation)
    await requests.decline(visitor, conversation)
    assert await _calls(office, session) == ["asked", "declined"]


async def test_only_who_serves_asks_where_calls_are_allowed_and_none_is_up(office: Office) -> None:
    await office.add("calls", allow_visitor_to_call=True)
    session = await _served(office, "calls")
    conversation = str(session.conversation_id)
    requests = office.service.call_requests
    with pytest.raises(NotFound):
        await requests.ask(BEN, conversation)
    await office.hub.transact(
        lambda each: each.join(conversation, BEN.who, BEN.name, sees_notes=True)
    )
    with pytest.raises(StaleOwner):
        await requests.ask(BEN, conversation)
    office.service.lobby.talking = lambda _: True
    with pytest.raises(Conflict):
        await requests.ask(ANA, conversation)
    silent = await _served(office, "chat")
    with pytest.raises(CallsNotAllowed):
        await requests.ask(ANA, str(silent.conversation_id))
