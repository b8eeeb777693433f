"""A second factor from setting it up to signing in by it, over HTTP on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from tests.integration.sign_in.conftest import Someone
    from tests.support.site import Site

FIVE_MINUTES_MS = 300_000


async def test_without_a_factor_signing_in_is_one_step_as_ever(ana: Someone) -> None:
    status, answer = await ana.sign_in()
    assert status == 200
    assert answer["enrolling"] is False
    status, shown = await ana.ask("GET", "/v1/me/second-factor")
    assert status == 200
    assert shown == {
        "app_added_at": None,
        "passkeys": [],
        "recovery_codes_left": 0,
        "required": False,
        "passkeys_possible": False,  # 127.0.0.1 is no name
    }


async def test_with_an_app_signing_in_takes_two_steps(ana: Someone) -> None:
    await ana.enrol()
    assert len(set(ana.recovery_codes)) == 10
    status, asked = await ana.sign_in()
    assert (status, asked["code"], asked["methods"]) == (401, "second_factor", ["totp", "recovery"])
    status, answer = await ana.second(asked["ticket"], code=ana.code())
    assert (status, answer["user"]["number"]) == (200, "1000")
    status, _ = await ana.ask("GET", "/v1/me")
    assert status == 200


async def test_a_code_may_be_sent_with_the_password_at_once(ana: Someone) -> None:
    await ana.enrol()
    status, _ = await ana.sign_in(code=ana.code())
    assert status == 200


async def test_a_code_counts_once_and_a_ticket_too(ana: Someone) -> None:
    await ana.enrol()
    _, first = await ana.sign_in()
    _, other = await ana.sign_in()
    code = ana.code()
    assert (await ana.second(first["ticket"], code=code))[0] == 200
    status, refused = await ana.second(other["ticket"], code=code)
    assert (status, refused["code"]) == (401, "wrong_code")
    status, refused = await ana.second(first["ticket"], code=ana.code(1))
    assert (status, refused["code"]) == (401, "ticket_over")
    assert (await ana.second(other["ticket"], code=ana.recovery_codes[0]))[0] == 200


async def test_recovery_codes_open_once_each_however_they_are_typed(ana: Someone) -> None:
    await ana.enrol()
    code = ana.recovery_codes[3].upper().replace("-", " ")
    assert (await ana.sign_in(code=code))[0] == 200
    status, refused = await ana.sign_in(code=code)
    assert (status, refused["code"]) == (401, "wrong_code")
    _, shown = await ana.ask("GET", "/v1/me/second-factor")
    assert shown["recovery_codes_left"] == 9


async def test_new_recovery_codes_replace_the_old(ana: Someone) -> None:
    await ana.enrol()
    await ana.sign_in(code=ana.code())
    status, new = await ana.ask("POST", "/v1/me/second-factor/recovery-codes")
    assert status == 200
    assert not set(new["recovery_codes"]) & set(ana.recovery_codes)
    assert (await ana.sign_in(code=ana.recovery_codes[0]))[0] == 401
    assert (await ana.sign_in(code=new["recovery_codes"][0]))[0] == 200


async def test_guessing_codes_locks_and_the_password_does_not_wipe_it_out(ana: Someone) -> None:
    await ana.enrol()
    statuses = []
    for guess in range(5):
        status, asked = await ana.sign_in()
        assert status == 401
        statuses.append((await ana.second(asked["ticket"], code=f"00000{guess}"))[0])
    assert statuses == [401, 401, 401, 401, 429]
    _, asked = await ana.sign_in()
    status, refused = await ana.second(asked["ticket"], code=ana.code())
    assert (status, refused["code"]) == (429, "locked")
    ana.site.clock.offset_ms += FIVE_MINUTES_MS
    _, asked = await ana.sign_in()
    assert (await ana.second(asked["ticket"], code=ana.code()))[0] == 200


async def test_a_ticket_dies_with_the_password_and_after_five_minutes(
    ana: Someone, site: Site
) -> None:
    await ana.enrol()
    _, asked = await ana.sign_in()
    site.clock.offset_ms += FIVE_MINUTES_MS
    status, refused = await ana.second(asked["ticket"], code=ana.code())
    assert (status, refused["code"]) == (401, "ticket_over")
    _, asked = await ana.sign_in()
    await site.application.people.password_changes.set(SYSTEM, "1000", "Another-1000")
    status, refused = await ana.second(asked["ticket"], code=ana.code())
    assert (status, refused["code"]) == (401, "ticket_over")


async def test_changes_want_the_password_again_after_five_minutes(ana: Someone) -> None:
    await ana.enrol()
    await ana.sign_in(code=ana.code())
    ana.site.clock.offset_ms += FIVE_MINUTES_MS + 1
    for method, path in (
        ("POST", "/v1/me/second-factor/app"),
        ("DELETE", "/v1/me/second-factor/app"),
        ("POST", "/v1/me/second-factor/recovery-codes"),
    ):
        status, refused = await ana.ask(method, path)
        assert (status, refused["error"]["code"]) == (403, "proof_needed"), path
    status, refused = await ana.ask("POST", "/v1/me/confirm", {"password": "wrong"})
    assert (status, list(refused["error"]["fields"])) == (422, ["password"])
    assert (await ana.ask("POST", "/v1/me/confirm", {"password": "Demo-1000!"}))[0] == 204
    assert (await ana.ask("DELETE", "/v1/me/second-factor/app"))[0] == 204
    assert (await ana.sign_in())[0] == 200  # recovery codes went with the last factor


async def test_a_wrong_first_code_stores_nothing(ana: Someone) -> None:
    _, new = await ana.ask("POST", "/v1/me/second-factor/app")
    body = {"ticket": new["ticket"], "code": "000000"}
    status, refused = await ana.ask("POST", "/v1/me/second-factor/app/confirm", body)
    assert (status, list(refused["error"]["fields"])) == (422, ["code"])
    assert (await ana.sign_in())[0] == 200


async def test_a_ticket_of_another_session_stores_nothing(ana: Someone, site: Site) -> None:
    _, new = await ana.ask("POST", "/v1/me/second-factor/app")
    ben = await site.sign_in("1001")
    body = {"ticket": new["ticket"], "code": "000000"}
    status, refused = await site.json("POST", "/v1/me/second-factor/app/confirm", body, token=ben)
    assert (status, refused["error"]["code"]) == (409, "setup_over")
    ana.site.clock.offset_ms += 3 * FIVE_MINUTES_MS
    status, refused = await ana.ask("POST", "/v1/me/second-factor/app/confirm", body)
    assert (status, refused["error"]["code"]) == (409, "setup_over")
    assert (await ana.ask("GET", "/v1/me"))[0] == 200


async def test_there_is_time_to_find_the_phone(ana: Someone) -> None:
    _, new = await ana.ask("POST", "/v1/me/second-factor/app")
    ana.site.clock.offset_ms += 2 * FIVE_MINUTES_MS
    ana.secret = new["secret"]
    body = {"ticket": new["ticket"], "code": ana.code()}
    status, _ = await ana.ask("POST", "/v1/me/second-factor/app/confirm", body)
    assert status == 200


async def test_the_secret_is_sealed_and_recovery_codes_are_hashed(ana: Someone, site: Site) -> None:
    from sqlalchemy import text

    await ana.enrol()
    database = site.application.people._ledger.database  # noqa: SLF001 - the rows themselves
    async with database.read() as connection:
        apps = (await connection.execute(text("SELECT secret FROM authenticator_app"))).all()
        codes = (await connection.execute(text("SELECT code_hash FROM recovery_code"))).all()
    assert ana.secret not in str(apps)
    assert not any(each in str(codes) for each in ana.recovery_codes)


async def test_who_must_have_a_factor_sets_it_up_before_anything_else(
    ana: Someone, admin: Someone, site: Site
) -> None:
    change = {"values": {"second_factor": "everyone"}}
    status, _ = await admin.ask("PATCH", "/v1/settings/security", change)
    assert status == 200
    assert (await ana.ask("GET", "/v1/contacts"))[0] == 200  # from the next sign-in on
    status, answer = await ana.sign_in()
    assert (status, answer["enrolling"]) == (200, True)
    for method, path in (
        ("GET", "/v1/contacts"),
        ("GET", "/v1/conversations"),
        ("GET", "/v1/me/sessions"),
        ("POST", "/v1/password"),
    ):
        status, refused = await ana.ask(method, path)
        assert (status, refused["error"]["code"]) == (403, "second_factor_required"), path
    import socketio

    client = socketio.AsyncClient(reconnection=False)
    try:
        await client.connect(site.url, auth={"token": ana.token}, namespaces=["/wave"])
        entered = True
    except socketio.exceptions.ConnectionError:
        entered = False
    assert not entered
    await client.disconnect()
    await ana.enrol()
    assert (await ana.ask("GET", "/v1/contacts"))[0] == 200
    await ana.sign_in(code=ana.code())
    status, refused = await ana.ask("DELETE", "/v1/me/second-factor/app")
    assert (status, refused["error"]["code"]) == (409, "last_factor")


async def test_an_administrator_resets_what_was_lost(ana: Someone, admin: Someone) -> None:
    await ana.enrol()
    assert (await ana.sign_in())[0] == 401
    assert (await admin.ask("GET", "/v1/second-factors"))[1] == {"items": ["1000"]}
    assert (await admin.ask("DELETE", "/v1/second-factors/1000"))[0] == 204
    assert (await admin.ask("DELETE", "/v1/second-factors/1000"))[0] == 404
    assert (await ana.sign_in())[0] == 200
    _, log = await admin.ask("GET", "/v1/operations?action=second_factor.reset")
    [row] = log["items"]
    assert (row["actor"], row["object"]) == ("admin:admin", "user:1000")


async def test_every_step_is_in_the_operation_log_without_secrets(
    ana: Someone, admin: Someone
) -> None:
    await ana.enrol()
    await ana.sign_in(code=ana.recovery_codes[0])
    await ana.ask("POST", "/v1/me/second-factor/recovery-codes")
    await ana.ask("DELETE", "/v1/me/second-factor/app")
    _, log = await admin.ask("GET", "/v1/operations?actor=user:1000")
    assert [row["action"] for row in log["items"]] == [
        "app.delete", "recovery_code.renew", "recovery_code.use", "app.add",
    ]  # fmt: skip
    assert ana.secret not in str(log)
    assert not any(each in str(log) for each in ana.recovery_codes)


async def test_the_command_line_resets_what_was_lost(ana: Someone, site: Site) -> None:
    from engage.processes.control import SecondFactor, carry_out

    await ana.enrol()
    people = site.application.people
    before = await carry_out(people, SecondFactor("1000"))
    assert before == {"user": "1000", "app": True, "passkeys": [], "recovery_codes_left": 10}
    after = await carry_out(people, SecondFactor("1000", reset=True))
    assert after == {"user": "1000", "app": False, "passkeys": [], "recovery_codes_left": 0}
    assert (await ana.sign_in())[0] == 200
