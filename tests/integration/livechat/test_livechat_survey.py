"""A visitor says once what they think of a chat that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.hub.model import NotParticipant
from engage.livechat.model import NoSurvey
from tests.support.office import ANA, Office, visitor_author

if TYPE_CHECKING:
    from engage.livechat.reception import Session


async def over(office: Office, public_id: str = "chat", *, served: bool = True) -> Session:
    session = await office.begin(public_id)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    if served:
        await office.service.desk.accept(ANA, conversation, 0)
    await office.service.desk.end(visitor.stored, visitor, conversation)
    return session


async def test_a_rating_stands_in_the_log_and_with_the_visitor(office: Office) -> None:
    session = await over(office)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    rate = office.service.surveys.rate
    first = await rate(visitor, conversation, 4, " Quick and kind ")
    again = await rate(visitor, conversation, 1, "Changed my mind")
    assert (again.duplicate, again.event.seq) == (True, first.event.seq)
    page = await office.hub.resume(ANA.who, conversation, 0)
    assert page.events[-1]["kind"] == "survey"
    assert (page.events[-1]["rating"], page.events[-1]["comment"]) == (4, "Quick and kind")
    details = await office.service.cards.read(ANA, conversation)
    assert details["inquiry"]["rating"] == 4


async def test_what_nobody_served_and_what_goes_on_is_not_rated(office: Office) -> None:
    await office.add("silent", satisfaction_survey=False)
    running = await office.begin()
    await office.service.desk.accept(ANA, str(running.conversation_id), 0)
    missed = await over(office, served=False)
    unasked = await over(office, "silent")
    for session in (running, missed, unasked):
        with pytest.raises(NoSurvey):
            await office.service.surveys.rate(
                visitor_author(session), str(session.conversation_id), 5, ""
            )
    with pytest.raises(NotParticipant):
        await office.service.surveys.rate(
            visitor_author(running), str(missed.conversation_id), 5, ""
        )
