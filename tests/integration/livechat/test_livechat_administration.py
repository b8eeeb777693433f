"""Live chats are added, changed, switched off, given another link and deleted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from engage.errors import Forbidden, Invalid, NotFound
from engage.livechat.administration import Draft
from engage.livechat.model import (
    ENDED,
    Destination,
    LiveChat,
    NoOfflineForm,
    TooManyLiveChats,
    UnknownLiveChat,
)
from engage.livechat.options import InfoType, Options
from engage.livechat.reception import Start
from engage.people.model import AgentSeat
from engage.storage.tables import operations
from engage.system.actor import ALL_RIGHTS, Actor, Module, Rights
from engage.system.editing import Edited
from tests.support.office import ANA, BEN, FORM, HERE, visitor_author

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.office import Office

ADMIN = Actor("admin:root", "192.0.2.1", ALL_RIGHTS)
VIEWER = Actor("admin:eva", "192.0.2.2", Rights({Module.LIVECHAT: "view"}))
NOBODY = Actor("admin:max")
SUPPORT = Destination("queue", ("6500",))


def draft(name: str = "Shop", **changed: Any) -> Draft:
    options = changed.pop("options", Options())
    return Draft(name, True, SUPPORT, options) if not changed else Draft(
        name, changed.get("enabled", True), changed.get("destination", SUPPORT), options
    )  # fmt: skip


def becomes(**changed: Any) -> Callable[[LiveChat], Draft]:
    """What is stored, but for these fields."""

    def edit(held: LiveChat) -> Draft:
        before = Draft(held.name, held.enabled, held.destination, held.options)
        return replace(before, **changed)

    return edit


async def log_of(office: Office, livechat: LiveChat) -> list[tuple[str, str, str]]:
    query = select(operations).where(operations.c.object == f"livechat:{livechat.id}")
    async with office.database.read() as connection:
        rows = (await connection.execute(query.order_by(operations.c.id))).all()
    return [(row.actor, row.action, row.address) for row in rows]


async def test_added_livechat_works_at_once_and_survives_a_restart(office: Office) -> None:
    made = await office.service.administration.add(ADMIN, draft())
    assert len(made.public_id) >= 22
    assert (await office.begin(made.public_id)).state == "waiting"
    assert await log_of(office, made) == [("admin:root", "livechat.add", "192.0.2.1")]
    listed = await office.service.administration.get(VIEWER, made.id)
    assert (listed.counts.waiting, listed.counts.active) == (1, 0)
    assert listed.names == {"6500": "Support"}
    again = await office.restarted()
    assert again.service.livechats.by_public_id(made.public_id) == made


async def test_repeated_creation_makes_one(office: Office) -> None:
    add = office.service.administration.add
    first, second = await asyncio.gather(
        add(ADMIN, draft(), "form-1"), add(ADMIN, draft(), "form-1")
    )
    assert first == second
    assert len(office.service.livechats.all()) == 2  # with the fixture's


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft(""), "name"),
        (draft("NAME OF CHAT"), "name"),  # the fixture's, in another case
        (draft(destination=Destination("queue", ())), "destination"),
        (draft(destination=Destination("queue", ("6599",))), "destination"),
        (draft(options=Options(info_types=())), "info_types"),
    ],
)
async def test_mistakes_are_told_at_their_fields_and_nothing_is_stored(
    office: Office, wrong: Draft, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await office.service.administration.add(ADMIN, wrong)
    assert list(refused.value.fields) == [field]
    assert len(office.service.livechats.all()) == 1


async def test_name_differs_from_others_but_not_from_itself(office: Office) -> None:
    administration = office.service.administration
    made = await administration.add(ADMIN, draft("Straße"))
    with pytest.raises(Invalid):
        await administration.add(ADMIN, draft("STRASSE"))
    changed = await administration.change(ADMIN, made.id, becomes(name="strasse"))
    assert changed.name == "strasse"


async def test_second_editor_is_told_who_was_first(office: Office) -> None:
    administration = office.service.administration
    made = await administration.add(ADMIN, draft())
    await administration.change(ADMIN, made.id, becomes(name="Shop 2"), made.version)
    with pytest.raises(Edited) as refused:
        await administration.change(ADMIN, made.id, becomes(name="Shop 3"), made.version)
    assert refused.value.params == {"by": "root", "version": 2}
    overwritten = await administration.change(ADMIN, made.id, becomes(name="Shop 3"))
    assert (overwritten.name, overwritten.version) == ("Shop 3", 3)


async def test_two_changes_at_once_keep_each_others_fields(office: Office) -> None:
    administration = office.service.administration
    made = await administration.add(ADMIN, draft())
    await asyncio.gather(
        administration.change(ADMIN, made.id, becomes(name="Renamed")),
        administration.change(ADMIN, made.id, becomes(enabled=False)),
    )
    now = office.service.livechats.by_id(made.id)
    assert (now.name, now.enabled, now.version) == ("Renamed", False, 3)


async def test_only_who_may_changes_live_chats(office: Office) -> None:
    administration = office.service.administration
    [listed] = await administration.listed(VIEWER)
    livechat = listed.livechat
    for actor in (VIEWER, NOBODY):
        with pytest.raises(Forbidden):
            await administration.add(actor, draft())
        with pytest.raises(Forbidden):
            await administration.change(actor, livechat.id, becomes(name="Other"))
        with pytest.raises(Forbidden):
            await administration.renew_link(actor, livechat.id)
        with pytest.raises(Forbidden):
            await administration.delete(actor, livechat.id)
    with pytest.raises(Forbidden):
        await administration.listed(NOBODY)
    with pytest.raises(Forbidden):
        await administration.get(NOBODY, livechat.id)


async def test_no_more_than_fifty(office: Office) -> None:
    administration = office.service.administration
    for number in range(49):
        await administration.add(ADMIN, draft(f"Chat {number}"))
    with pytest.raises(TooManyLiveChats):
        await administration.add(ADMIN, draft("One more"))


async def test_old_link_stops_and_the_chat_goes_on(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    session = await office.begin()
    renewed = await office.service.administration.renew_link(ADMIN, livechat.id)
    with pytest.raises(UnknownLiveChat):
        await office.begin()
    visitor = visitor_author(session)
    await office.hub.post(
        visitor.who, visitor, str(session.conversation_id), client_id="m", text="Still here"
    )
    assert (await office.begin(renewed.public_id)).position == 2


async def test_disabled_keeps_its_link_and_takes_messages(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    administration = office.service.administration
    disabled = await administration.change(ADMIN, livechat.id, becomes(enabled=False))
    assert office.service.reception.offline(disabled) == "disabled"
    with pytest.raises(UnknownLiveChat):
        await office.begin()
    leave = office.service.reception.leave_message
    assert await leave("chat", Start(FORM), "Call me back", HERE) > 0
    options = Options(offline_form=False)
    await administration.change(ADMIN, livechat.id, becomes(options=options))
    with pytest.raises(NoOfflineForm):
        await leave("chat", Start(FORM), "Call me back", HERE)


async def test_deleting_ends_everything_and_tells_both_sides(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    for agent in (ANA, BEN):
        await office.connect(agent.who)
    served, waiting = await office.begin(), await office.begin()
    for session in (served, waiting):
        await office.connect(visitor_author(session).who)
    await office.service.desk.accept(ANA, str(served.conversation_id), None)
    await office.service.administration.delete(ADMIN, livechat.id)
    await office.events.settled()
    for session in (served, waiting):
        [*_, last] = office.sockets.told(visitor_author(session).who, "event")
        assert (last["state"], last["reason"]) == (ENDED, "channel_deleted")
    [*_, told] = office.sockets.told(ANA.who, "event")
    assert (told["conversation"], told["reason"]) == (served.conversation_id, "channel_deleted")
    [*_, gone] = office.sockets.told(BEN.who, "inquiry_gone")
    assert gone == {"conversation": waiting.conversation_id, "reason": "channel_deleted"}
    with pytest.raises(UnknownLiveChat):
        await office.begin()
    with pytest.raises(NotFound):
        await office.service.administration.get(ADMIN, livechat.id)
    with pytest.raises(NotFound):
        await office.service.administration.delete(ADMIN, livechat.id)
    details = await office.service.cards.read(ANA, str(served.conversation_id))
    assert details["livechat"]["name"] == "Name of chat"  # its history stays readable
    made = await office.service.administration.add(ADMIN, draft("Name of chat"))
    assert made.name == "Name of chat"


async def test_deletion_interrupted_by_a_crash_is_finished_at_the_start(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    session = await office.begin()

    async def never(_: LiveChat) -> None:
        raise ConnectionAbortedError

    office.service.administration.end_all = never  # type: ignore[method-assign]
    with pytest.raises(ConnectionAbortedError):
        await office.service.administration.delete(ADMIN, livechat.id)
    again = await office.restarted()
    await again.service.start()
    conversation = await again.hub.conversation(str(session.conversation_id))
    assert conversation.state == ENDED
    await again.stop()


async def test_visitor_who_starts_while_it_is_deleted_is_refused(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    outcomes = await asyncio.gather(
        office.service.administration.delete(ADMIN, livechat.id),
        *(office.service.reception.start("chat", Start(FORM), HERE) for _ in range(5)),
        return_exceptions=True,
    )
    states = [
        (await office.hub.conversation(str(each.conversation_id))).state
        for each in outcomes[1:]
        if not isinstance(each, BaseException | None)
    ]
    refused = [each for each in outcomes[1:] if isinstance(each, UnknownLiveChat)]
    assert set(states) <= {ENDED}
    assert len(states) + len(refused) == 5


async def test_waiting_visitors_move_to_the_new_destination(office: Office) -> None:
    livechat = office.service.livechats.by_public_id("chat")
    session = await office.begin()
    chen = AgentSeat("1002", "Chen Li", paused=False)
    office.seats.others[("queue", ("6501",))] = [chen]
    sales = becomes(destination=Destination("queue", ("6501",)))
    await office.service.administration.change(ADMIN, livechat.id, sales)
    [told] = office.sockets.told("user:1002", "inquiry")
    assert told["conversation"] == session.conversation_id
    for agent in (ANA, BEN):
        assert office.sockets.told(agent.who, "inquiry_gone")[-1]["reason"] == "transferred"
    with pytest.raises(NotFound):
        await office.service.desk.accept(ANA, str(session.conversation_id), None)


async def test_what_refers_to_a_queue_is_known(office: Office) -> None:
    two = Destination("extensions", ("1000", "1001"))
    await office.add("two", destination=two)
    deleted = await office.add("deleted")
    await office.service.administration.delete(ADMIN, deleted.id)

    async def found(kind: str, *keys: str) -> list[tuple[str, bool]]:
        async with office.database.read() as connection:
            referring = office.service.administration.referring
            return [(each.name, each.blocking) for each in await referring(connection, kind, keys)]

    assert await found("queue", "6500") == [("Name of chat", True)]
    assert await found("queue", "6501") == []
    assert await found("extension", "1000") == [("Name of two", False)]
    assert await found("extension", "1000", "1001") == [("Name of two", True)]
    assert await found("extension_group", "6500") == []


async def test_row_tells_a_destination_that_is_gone(office: Office) -> None:
    del office.seats.queues["6500"]
    office.seats.agents.clear()
    [listed] = await office.service.administration.listed(ADMIN)
    assert listed.missing == ["6500"]
    assert office.service.reception.offline(listed.livechat) == "no_agent"


@pytest.mark.parametrize("asked", [(), ("full_name",), ("email", "phone")])
async def test_visitors_fill_exactly_what_is_asked(office: Office, asked: tuple[str, ...]) -> None:
    kinds = tuple(InfoType(each) for each in asked)
    options = Options(info_types=kinds, require_visitor_info=bool(asked))
    made = await office.service.administration.add(ADMIN, draft(options=options))
    values = {"full_name": "Vera", "email": "vera@example.test", "phone": "123456"}
    if asked:
        with pytest.raises(Invalid) as refused:
            await office.begin(made.public_id, form=replace(FORM, full_name="", email="", phone=""))
        assert set(refused.value.fields) == set(asked)
    given = {name: values[name] if name in asked else "" for name in values}
    assert (await office.begin(made.public_id, form=replace(FORM, **given))).state == "waiting"
