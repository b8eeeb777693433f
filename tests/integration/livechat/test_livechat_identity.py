"""Visitors whom their web site vouches for: the same person everywhere, and nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engage.errors import NotFound
from engage.livechat.form import Form
from engage.livechat.identity.service import Identities
from engage.livechat.identity.token import IdentityRefused, IdentityRequired, Signed
from engage.livechat.model import Details, TokenInvalid
from engage.livechat.reception import Start
from engage.livechat.repository import LiveChatRepository
from engage.system.actor import SYSTEM
from tests.support.office import ANA, HERE, KEYRING, visitor_author
from tests.support.vouching import identity

if TYPE_CHECKING:
    from engage.livechat.model import LiveChat, Visitor
    from tests.support.office import Office

KIM = Signed("customer-7", Details("Kim Lee", "kim@shop.example", "+49 30 5"))
LIZ = Signed("customer-8", Details("Liz Mayer", "liz@shop.example", "+49 30 6"))
TYPED = Form("Somebody", "typed@shop.example", "+49 30 7", consent=True)


@pytest.fixture
def livechat(office: Office) -> LiveChat:
    return office.service.livechats.by_public_id("chat")


@pytest.fixture
def identities(office: Office) -> Identities:
    return Identities(
        office.database,
        KEYRING,
        office.service.livechats,
        office.service.visitors,
        office.clock,
    )


async def stored(office: Office, visitor: Visitor | None) -> Visitor:
    assert visitor is not None
    async with office.database.read() as connection:
        found = await LiveChatRepository(connection).visitor(visitor.id)
    assert found is not None
    return found


async def test_the_signed_details_count_and_agents_see_the_mark(office: Office) -> None:
    session = await office.begin(form=TYPED, signed=KIM)
    visitor = await stored(office, session.visitor)
    assert (visitor.subject, visitor.name) == ("customer-7", "Kim Lee")
    assert visitor.details == KIM.details
    [inquiry] = office.sockets.told(ANA.who, "inquiry")
    assert inquiry["visitor"]["verified"] is True
    details = await office.service.cards.read(ANA, str(session.conversation_id))
    assert details["visitor"]["subject"] == "customer-7"


async def test_what_is_only_typed_has_no_mark(office: Office) -> None:
    await office.begin(form=TYPED)
    [inquiry] = office.sockets.told(ANA.who, "inquiry")
    assert inquiry["visitor"]["verified"] is False


async def test_a_second_device_finds_the_chat_and_writes_in_it(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    first = await office.begin(signed=KIM)
    found = await identities.recognise(livechat, KIM, None)
    assert found is not None
    token, visitor = found
    assert token != first.token
    assert visitor.id == (first.visitor and first.visitor.id)
    there = await office.service.reception.find("chat", token)
    assert there.conversation_id == first.conversation_id
    for each in (token, str(first.token)):
        assert (await office.service.visitor(each)).id == visitor.id


async def test_starting_on_a_second_device_goes_on_with_the_open_chat(office: Office) -> None:
    first = await office.begin(signed=KIM)
    second = await office.begin(signed=KIM)
    assert second.conversation_id == first.conversation_id
    assert second.resumed
    assert second.token not in (None, first.token)


async def test_the_next_chat_is_the_same_visitors(office: Office) -> None:
    first = await office.begin(signed=KIM)
    await office.service.desk.end(
        visitor_author(first).stored, visitor_author(first), str(first.conversation_id)
    )
    second = await office.begin(signed=KIM, form=TYPED)
    assert second.conversation_id != first.conversation_id
    assert visitor_author(second) == visitor_author(first)


async def test_somebody_elses_token_brings_no_chat_of_theirs(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    kims = await office.begin(signed=KIM)
    assert await identities.recognise(livechat, LIZ, kims.token) is None
    lizs = await office.begin(signed=LIZ, token=kims.token)
    assert lizs.conversation_id != kims.conversation_id
    assert visitor_author(lizs) != visitor_author(kims)
    found = await identities.recognise(livechat, KIM, lizs.token)
    assert found is not None
    assert found[1].id == visitor_author(kims).id


async def test_signing_in_during_a_chat_vouches_for_who_is_in_it(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    session = await office.begin(form=TYPED)
    found = await identities.recognise(livechat, KIM, session.token)
    assert found is not None
    assert (found[0], found[1].id) == (session.token, visitor_author(session).id)
    assert (await stored(office, session.visitor)).subject == "customer-7"


async def test_a_former_anonymous_chat_is_nobodys_after_signing_in(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    session = await office.begin(form=TYPED)
    author = visitor_author(session)
    await office.service.desk.end(author.stored, author, str(session.conversation_id))
    assert await identities.recognise(livechat, KIM, session.token) is None


async def test_typing_does_not_overwrite_what_was_signed(office: Office) -> None:
    first = await office.begin(signed=replace(KIM, details=Details("Kim Lee", "", "")))
    author = visitor_author(first)
    await office.service.desk.end(author.stored, author, str(first.conversation_id))
    second = await office.begin(form=TYPED, token=first.token)
    visitor = await stored(office, second.visitor)
    assert visitor.details.full_name == "Kim Lee"


async def test_a_device_that_signed_out_is_nobody_and_the_other_stays(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    first = await office.begin(signed=KIM)
    found = await identities.recognise(livechat, KIM, None)
    assert found is not None
    for token, other in ((found[0], str(first.token)), (str(first.token), None)):
        await identities.sign_out(token)
        with pytest.raises(TokenInvalid):
            await office.service.visitor(token)
        with pytest.raises(NotFound):
            await office.service.reception.find("chat", token)
        if other is not None:
            assert await office.service.visitor(other)


async def test_a_live_chat_may_serve_only_whom_a_web_site_vouches_for(office: Office) -> None:
    await office.add("closed", require_signed_identity=True)
    with pytest.raises(IdentityRequired):
        await office.begin("closed")
    with pytest.raises(IdentityRequired):
        await office.service.reception.leave_message("closed", Start(TYPED), "Hello", HERE)
    assert (await office.begin("closed", signed=KIM)).state == "waiting"


async def test_the_same_name_in_two_live_chats_is_two_visitors(office: Office) -> None:
    await office.add("other")
    here, there = await office.begin(signed=KIM), await office.begin("other", signed=KIM)
    assert visitor_author(here) != visitor_author(there)


async def test_secrets_are_told_once_sealed_and_taken_for_a_while_after_renewal(
    office: Office, identities: Identities, livechat: LiveChat
) -> None:
    first = await identities.renew(SYSTEM, livechat.id, 24)
    assert first.clear not in first.secret.sealed

    def said(secret: str) -> str:
        return identity(secret, "customer-7", now_s=office.clock() / 1000, aud="chat")

    assert await identities.check(livechat, said(first.clear)) == Signed("customer-7", Details())
    second = await identities.renew(SYSTEM, livechat.id, 24)
    for made in (first, second):
        assert await identities.check(livechat, said(made.clear))
    office.clock.pass_s(24 * 3600 + 1)
    assert await identities.check(livechat, said(second.clear))
    with pytest.raises(IdentityRefused):
        await identities.check(livechat, said(first.clear))
    assert [each.id for each in await identities.secrets(SYSTEM, livechat.id)] == [second.secret.id]
    await identities.revoke(SYSTEM, livechat.id, second.secret.id)
    with pytest.raises(IdentityRefused):
        await identities.check(livechat, said(second.clear))
    with pytest.raises(NotFound):
        await identities.revoke(SYSTEM, livechat.id, second.secret.id)


async def test_two_first_starts_at_once_are_one_visitor(office: Office) -> None:
    both = await asyncio.gather(office.begin(signed=KIM), office.begin(signed=KIM))
    assert len({session.conversation_id for session in both}) == 1
