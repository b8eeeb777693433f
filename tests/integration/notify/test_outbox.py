"""A mail is a row in the transaction of its cause; administrators see and replay it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from engage.errors import Forbidden
from engage.mailing import Recipient
from engage.notify.model import MailNotFound, NotCancellable, NotRetriable
from engage.notify.repository import MailRepository, Wanted
from engage.storage.tables import mails, operations
from engage.system.actor import SYSTEM, Actor

if TYPE_CHECKING:
    from engage.notify.outbox import Outbox
    from engage.storage.database import Database

ADA = Recipient("ada@example.test", "Ada Lovelace", "de")


async def post(outbox: Outbox, database: Database, to: Recipient = ADA, **further: Any) -> None:
    values = {"params": {"full_name": to.name, "link": "/wave/#/password?token=sesame"}, **further}
    await database.write(lambda c: outbox.post(c, "welcome", to=to, **values))


async def test_a_mail_goes_with_its_transaction(outbox: Outbox, database: Database) -> None:
    async def work(connection: Any) -> None:
        await outbox.post(connection, "welcome", to=ADA, params={})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(work)
    assert await outbox.page(SYSTEM, Wanted(), 10) == ([], 0)


async def test_one_mail_at_most_under_a_key(outbox: Outbox, database: Database) -> None:
    for _ in range(3):
        await post(outbox, database, dedupe_key="waiting:1")
    await post(outbox, database, dedupe_key="waiting:2")
    await post(outbox, database)
    await post(outbox, database)
    assert (await outbox.page(SYSTEM, Wanted(), 10))[1] == 4


async def test_a_mail_may_be_withdrawn_until_it_is_due(outbox: Outbox, database: Database) -> None:
    for key in "missed_call:1000:a", "missed_call:1000:b", "missed_call:10001:a":
        await post(outbox, database, dedupe_key=key, after_s=60)
    assert await outbox.claim("a sender", 1000) is None
    await database.write(lambda c: outbox.withdraw(c, "missed_call:1000:a"))
    assert (await outbox.page(SYSTEM, Wanted(), 10))[1] == 2, "those of other calls go"


async def test_who_has_no_address_gets_no_mail(outbox: Outbox, database: Database) -> None:
    await post(outbox, database, Recipient("", "Nobody"))
    assert await outbox.page(SYSTEM, Wanted(), 10) == ([], 0)


async def test_values_are_sealed_at_rest(outbox: Outbox, database: Database) -> None:
    await post(outbox, database)
    async with database.read() as connection:
        row = (await connection.execute(select(mails))).one()
    assert "sesame" not in str(row)
    (mail,), _ = await outbox.page(SYSTEM, Wanted(), 10)
    assert mail.params["link"] == "/wave/#/password?token=sesame"
    assert mail.message_id == f"<{mail.id}@pbx.example.test>"


async def test_mistakes_of_our_own_are_refused(outbox: Outbox, database: Database) -> None:
    for kind, params in (
        ("nonsense", {}),
        ("welcome", {"colour": "red"}),
        ("welcome", {"link": "https://evil.example/"}),
        ("welcome", {"valid_for": "a day"}),
    ):
        with pytest.raises(ValueError, match=r"kind|value|path|number"):
            await database.write(
                lambda c, k=kind, p=params: outbox.post(c, k, to=ADA, params=p)  # type: ignore[misc]
            )


async def test_a_lease_frees_what_a_crash_left(
    outbox: Outbox, database: Database, clock: Any
) -> None:
    await post(outbox, database)
    first = await outbox.claim("one", 60_000)
    assert first is not None
    assert await outbox.claim("two", 60_000) is None
    clock.offset_ms = 61_000
    again = await outbox.claim("two", 60_000)
    assert again is not None
    assert (again.id, again.message_id) == (first.id, first.message_id)
    assert not await database.write(
        lambda c: MailRepository(c).settle(
            first.id, "one", state="sent", tries=1, due_at_ms=0, now_ms=0
        )
    )


async def test_a_restart_frees_its_own_at_once(outbox: Outbox, database: Database) -> None:
    await post(outbox, database)
    assert await outbox.claim("web", 60_000)
    assert await database.write(lambda c: MailRepository(c).recover("other")) == 0
    assert await database.write(lambda c: MailRepository(c).recover("web")) == 1
    assert await outbox.claim("web", 60_000)


async def fail(outbox: Outbox, database: Database) -> str:
    mail = await outbox.claim("web", 60_000)
    assert mail is not None
    await database.write(
        lambda c: MailRepository(c).settle(
            mail.id,
            "web",
            state="failed",
            tries=1,
            due_at_ms=0,
            now_ms=mail.created_at_ms,
            reason="refused",
            words="550 5.1.1 No such user",
        )
    )
    return mail.id


async def test_a_dead_letter_is_sent_again_under_the_same_message_id(
    outbox: Outbox, database: Database
) -> None:
    await post(outbox, database)
    ident = await fail(outbox, database)
    dead = await outbox.get(SYSTEM, ident)
    assert (dead.state, dead.words) == ("failed", "550 5.1.1 No such user")
    waiting = await outbox.retry(SYSTEM, ident)
    assert (waiting.state, waiting.tries) == ("waiting", 0)
    assert waiting.message_id == dead.message_id
    with pytest.raises(NotRetriable):
        await outbox.retry(SYSTEM, ident)
    async with database.read() as connection:
        actions = (await connection.execute(select(operations.c.action))).scalars().all()
    assert actions == ["mail.retry"]


async def test_all_dead_letters_at_once(outbox: Outbox, database: Database) -> None:
    for _ in range(3):
        await post(outbox, database)
        await fail(outbox, database)
    await post(outbox, database)
    dead, _ = await outbox.page(SYSTEM, Wanted(states=("failed",)), 10)
    assert await outbox.retry_many(SYSTEM, [dead[0].id, dead[0].id, "none"]) == 1
    assert await outbox.retry_many(SYSTEM) == 2
    assert await outbox.retry_many(SYSTEM) == 0
    async with database.read() as connection:
        assert await MailRepository(connection).counts() == {"waiting": 4}


async def test_only_what_waits_can_be_cancelled(outbox: Outbox, database: Database) -> None:
    await post(outbox, database)
    await post(outbox, database)
    going = await outbox.claim("web", 60_000)
    assert going is not None
    with pytest.raises(NotCancellable):
        await outbox.cancel(SYSTEM, going.id)
    (waiting,), _ = await outbox.page(SYSTEM, Wanted(states=("waiting",)), 10)
    await outbox.cancel(SYSTEM, waiting.id)
    assert (await outbox.get(SYSTEM, waiting.id)).state == "cancelled"
    assert await outbox.claim("web", 60_000) is None
    with pytest.raises(MailNotFound):
        await outbox.cancel(SYSTEM, "none")


async def test_search_filter_and_paging(outbox: Outbox, database: Database, clock: Any) -> None:
    for n in range(5):
        clock.offset_ms = n * 10
        await post(outbox, database, Recipient(f"user{n}@example.test", f"Zoë {n}"))
    found, total = await outbox.page(SYSTEM, Wanted(), 2)
    assert [each.address for each in found] == ["user4@example.test", "user3@example.test"]
    assert total == 5
    last = (found[-1].created_at_ms, found[-1].id)
    further, _ = await outbox.page(SYSTEM, Wanted(after=last), 2)
    assert [each.address for each in further] == ["user2@example.test", "user1@example.test"]
    one, count = await outbox.page(SYSTEM, Wanted(search="zoë 3"), 10)
    assert ([each.name for each in one], count) == (["Zoë 3"], 1)
    assert await outbox.page(SYSTEM, Wanted(search="100%"), 10) == ([], 0)
    assert (await outbox.page(SYSTEM, Wanted(kind="test"), 10))[1] == 0


async def test_without_the_right_nothing_is_seen_or_done(outbox: Outbox) -> None:
    stranger = Actor("admin:guest")
    with pytest.raises(Forbidden):
        await outbox.page(stranger, Wanted(), 10)
    with pytest.raises(Forbidden):
        await outbox.retry(stranger, "x")
    with pytest.raises(Forbidden):
        await outbox.cancel(stranger, "x")


async def test_what_ended_long_ago_is_removed(
    outbox: Outbox, database: Database, clock: Any
) -> None:
    await post(outbox, database)
    await post(outbox, database)
    await fail(outbox, database)
    clock.offset_ms = 86_400_000
    assert await database.write(lambda c: MailRepository(c).remove_ended(clock() - 1000)) == 1
    async with database.read() as connection:
        assert await MailRepository(connection).counts() == {"waiting": 1}
