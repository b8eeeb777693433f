"""Links that set a password: asked for by strangers, used once, worthless afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from tests.integration.sign_in.conftest import Outbox, Someone
    from tests.support.site import Site

HOUR_MS = 3_600_000
NEW = "Quite-another-1"


async def forgot(site: Site, user: str) -> tuple[int, dict[str, Any]]:
    answer = await site.json("POST", "/v1/password/forgot", {"user": user})
    await site.application.people.links.settled()
    return answer


async def reset(site: Site, token: str, password: str = NEW) -> tuple[int, dict[str, Any]]:
    body = {"token": token, "password": password}
    status, answer = await site.json("POST", "/v1/password/reset", body)
    return status, answer.get("error", answer)


def token_of(outbox: Outbox) -> str:
    return str(outbox.mails[-1][2]["link"]).rpartition("/")[2]


async def test_a_forgotten_password_is_set_by_the_mails_link(site: Site, outbox: Outbox) -> None:
    assert (await forgot(site, "1000")) == (202, {})
    [(kind, to, params)] = outbox.mails
    assert (kind, to.address, to.name) == ("password_reset", "1000@example.test", "Ana Costa")
    assert str(params["link"]).startswith("/wave/#/password/")
    assert params["valid_for"] == 3600
    status, shown = await site.json("POST", "/v1/password/link", {"token": token_of(outbox)})
    assert (status, shown["user_name"], shown["kind"]) == (200, "1000", "password_reset")
    assert (await reset(site, token_of(outbox)))[0] == 204
    assert await site.sign_in("1000", NEW)
    status, refused = await reset(site, token_of(outbox), "Again-another-1")
    assert (status, refused["code"]) == (409, "link_over")


async def test_the_answer_is_the_same_for_everyone(site: Site, outbox: Outbox) -> None:
    answers = [await forgot(site, user) for user in ("1000", "nobody", "x@example.test", "' OR 1")]
    assert answers == [(202, {})] * 4
    assert len(outbox.mails) == 1


async def test_an_email_address_will_do(site: Site, outbox: Outbox) -> None:
    await forgot(site, "1001@EXAMPLE.test")
    assert [to.address for _, to, _ in outbox.mails] == ["1001@example.test"]


async def test_a_new_password_ends_sessions_other_links_and_the_lock_out(
    ana: Someone, site: Site, outbox: Outbox
) -> None:
    await forgot(site, "1000")
    first = token_of(outbox)
    await forgot(site, "1000")
    for _ in range(5):
        await site.json("POST", "/v1/sign-in", {"user": "1000", "password": "wrong"})
    assert (await reset(site, token_of(outbox)))[0] == 204
    assert (await ana.ask("GET", "/v1/me"))[0] == 401
    assert (await reset(site, first))[1]["code"] == "link_over"
    assert await site.sign_in("1000", NEW)


@pytest.mark.parametrize("how", ["age", "by hand", "disabled token"])
async def test_a_link_dies(how: str, site: Site, outbox: Outbox) -> None:
    await forgot(site, "1000")
    token = token_of(outbox)
    if how == "age":
        site.clock.offset_ms += HOUR_MS
    elif how == "by hand":
        await site.application.people.password_changes.set(SYSTEM, "1000", "By-hand-1000")
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    status, refused = await reset(site, token)
    assert (status, refused["code"]) == (409, "link_over")
    assert (await site.json("POST", "/v1/password/link", {"token": token}))[0] == 409


async def test_a_bad_password_keeps_the_link(site: Site, outbox: Outbox) -> None:
    await forgot(site, "1000")
    status, refused = await reset(site, token_of(outbox), "short")
    assert (status, list(refused["fields"])) == (422, ["password"])
    assert (await reset(site, token_of(outbox)))[0] == 204


async def test_a_link_does_not_open_past_the_second_factor(
    ana: Someone, site: Site, outbox: Outbox
) -> None:
    await ana.enrol()
    await forgot(site, "1000")
    assert (await reset(site, token_of(outbox)))[0] == 204
    status, _ = await site.json("POST", "/v1/sign-in", {"user": "1000", "password": NEW})
    assert status == 401


async def test_nobody_is_flooded_with_mails(site: Site, outbox: Outbox) -> None:
    for _ in range(6):
        await forgot(site, "1000")
    assert len(outbox.mails) == 3
    statuses = [(await forgot(site, f"no-{each}"))[0] for each in range(6)]
    assert statuses == [202, 202, 202, 202, 429, 429]


async def test_links_are_hashed_and_noted(admin: Someone, site: Site, outbox: Outbox) -> None:
    from sqlalchemy import text

    await forgot(site, "1000")
    database = site.application.people._ledger.database  # noqa: SLF001 - the rows themselves
    async with database.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM password_link"))).all()
    assert token_of(outbox) not in str(rows)
    _, log = await admin.ask("GET", "/v1/operations?action=password.forgot")
    assert [row["object"] for row in log["items"]] == ["user:1000"]


async def test_a_welcome_link_lasts_a_week(site: Site, outbox: Outbox) -> None:
    people = site.application.people
    [account] = [each for each in people.accounts() if each.user_name == "1002"]

    async def work(connection: Any) -> None:
        await people.links.invite(
            connection, outbox, "welcome", account, name="Chen Li", number="1002"
        )

    await people._ledger.database.write(work)  # noqa: SLF001 - the transaction that adds somebody
    kind, _, params = outbox.mails[-1]
    assert (kind, params["extension"], params["valid_for"]) == ("welcome", "1002", 604_800)
    site.clock.offset_ms += 6 * 24 * HOUR_MS
    assert (await reset(site, token_of(outbox)))[0] == 204
    assert await site.sign_in("1002", NEW)
