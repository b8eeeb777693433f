"""What visitors said goes when its days are over, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from engage.hub.model import NotParticipant
from engage.livechat.model import TokenInvalid
from engage.storage.tables import metadata
from engage.system.actor import SYSTEM
from tests.support.office import ANA, Office, visitor_author

if TYPE_CHECKING:
    from engage.livechat.reception import Session

DAY_S = 24 * 60 * 60


async def talked(office: Office, public_id: str = "chat", *, ended: bool = True) -> Session:
    session = await office.begin(public_id)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    await office.service.desk.accept(ANA, conversation, 0)
    await office.hub.post(
        visitor.stored, visitor, conversation, client_id="c-1", text="My secret", epoch=None
    )
    await office.service.desk.note(ANA, conversation, "c-2", "Difficult")
    if ended:
        await office.service.desk.end(visitor.stored, visitor, conversation)
    await office.events.settled()
    return session


async def rows(office: Office) -> dict[str, int]:
    """How many rows each table has, of those that know of visitors."""
    names = ("conversation", "event", "participant", "inbox", "inquiry", "consent", "visitor")
    async with office.database.read() as connection:
        return {
            name: await connection.scalar(select(func.count()).select_from(metadata.tables[name]))
            or 0
            for name in names
        }


async def test_a_chat_goes_after_its_days_with_everything_of_it(office: Office) -> None:
    """chatwoot#12526: nothing was ever deleted by itself."""
    before = await rows(office)
    session = await talked(office)
    office.clock.pass_s(30 * DAY_S - 1)
    assert await office.service.retention.sweep() == 0
    office.clock.pass_s(2)
    assert await office.service.retention.sweep() == 1
    assert await rows(office) == before
    gone = office.sockets.told(ANA.who, "conversation_gone")
    assert gone == [{"conversation": session.conversation_id, "reason": "erased"}]
    with pytest.raises(NotParticipant):
        await office.hub.resume(ANA.who, str(session.conversation_id), 0)
    with pytest.raises(TokenInvalid):
        await office.service.visitor(str(session.token))


async def test_what_goes_on_or_is_kept_stays(office: Office) -> None:
    await office.add("kept", retention_days=0)
    await office.add("long", retention_days=3650)
    kept = [await talked(office, each) for each in ("kept", "long")]
    running = await talked(office, ended=False)
    office.clock.pass_s(400 * DAY_S)
    assert await office.service.retention.sweep() == 0
    for session in (*kept, running):
        page = await office.hub.resume(ANA.who, str(session.conversation_id), 0)
        assert [each["text"] for each in page.events if each["kind"] == "message"][-1:] == [
            "My secret"
        ]


async def test_many_go_in_portions_and_those_of_a_deleted_live_chat_too(office: Office) -> None:
    for _ in range(25):
        await talked(office)
        office.clock.pass_s(1)
    [livechat] = office.service.livechats.all()
    await office.service.administration.delete(SYSTEM, livechat.id)
    office.clock.pass_s(31 * DAY_S)
    assert await office.service.retention.sweep() == 25
    assert (await rows(office))["visitor"] == 0
