"""A conversation is kept as text by who took part, and mailed to the visitor who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from engage.hub.model import NotParticipant
from engage.livechat.form import Form
from engage.livechat.model import NoTranscript, WantsNoMail
from pbxcore.dialplan.time_conditions import Calendar
from tests.support.office import ANA, BEN, Office, visitor_author
from tests.unit.notify.test_messages import mail

if TYPE_CHECKING:
    from engage.livechat.reception import Session


async def talked(office: Office, public_id: str, **start: Form) -> Session:
    session = await office.begin(public_id, **start)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    await office.service.desk.accept(ANA, conversation, 0)
    post = office.hub.post
    await post(visitor.stored, visitor, conversation, client_id="c-1", text="Hello\nthere")
    await office.service.desk.note(ANA, conversation, "c-2", "Knows us")
    await post(ANA.who, ANA.author, conversation, client_id="c-3", text="Good day")
    await office.service.desk.end(ANA.who, ANA.author, conversation)
    return session


async def test_each_reads_what_they_may_see_on_the_installations_clock(office: Office) -> None:
    office.calendar = Calendar(ZoneInfo("Asia/Tokyo"))
    session = await talked(office, "chat")
    conversation = str(session.conversation_id)
    number, seen = await office.service.transcripts.read(
        visitor_author(session).stored, conversation, "en"
    )
    # 1 800 000 000 s is 2027-01-15 08:00 UTC
    assert seen.splitlines()[-3:] == [
        "[2027-01-15 17:00:00] Vera <b>: Hello",
        "there",
        "[2027-01-15 17:00:00] Ana Costa: Good day",
    ]
    assert "Knows us" not in seen
    again, written = await office.service.transcripts.read(ANA.who, conversation, "en")
    assert (again, "Ana Costa: (Note) Knows us" in written) == (number, True)
    with pytest.raises(NotParticipant):
        await office.service.transcripts.read(BEN.who, conversation, "en")


async def test_it_is_mailed_once_where_that_is_wanted(office: Office) -> None:
    await office.add("mailing", email_transcript=True)
    session = await talked(office, "mailing")
    for _ in range(2):
        await office.service.transcripts.mail(
            visitor_author(session), str(session.conversation_id), "en"
        )
    [mail] = await office.mails("transcript")
    assert mail["params"]["agent_name"] == "Ana Costa"
    assert mail["params"]["transcript"].endswith("Ana Costa: Good day\n")
    assert "Knows us" not in mail["params"]["transcript"]


async def test_it_is_not_mailed_elsewhere_or_to_nowhere(office: Office) -> None:
    await office.add("mailing", email_transcript=True, info_types=("full_name",))
    unwanted = await talked(office, "chat")
    nowhere = await talked(office, "mailing", form=Form("Vera", "", "", consent=False))
    running = await office.begin("mailing", form=Form("Olga", "", "", consent=False))
    for session in (unwanted, nowhere, running):
        with pytest.raises(NoTranscript):
            await office.service.transcripts.mail(
                visitor_author(session), str(session.conversation_id), "en"
            )


async def test_whoever_has_the_address_may_have_stopped_such_mails(office: Office) -> None:
    await office.add("mailing", email_transcript=True)
    first, second = [await talked(office, "mailing") for _ in range(2)]
    mail_it = office.service.transcripts.mail
    await mail_it(visitor_author(first), str(first.conversation_id), "en")
    [sent] = await office.mails("transcript")
    refusals = office.outbox.refusals
    link = refusals.path(mail(kind="transcript", address=sent["address"]))
    named = refusals.named(link.removeprefix("/mail/stop/"))
    await refusals.choose(named, wanted=False)
    with pytest.raises(WantsNoMail) as refused:
        await mail_it(visitor_author(second), str(second.conversation_id), "en")
    assert refused.value.code == "mail_unwanted"
    assert len(await office.mails("transcript")) == 1
    await refusals.choose(named, wanted=True)
    await mail_it(visitor_author(second), str(second.conversation_id), "en")
    assert len(await office.mails("transcript")) == 2
