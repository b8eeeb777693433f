"""Passkeys over HTTP, by a device in software: as second step, alone, and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest_asyncio

from tests.support.authenticator import Authenticator

if TYPE_CHECKING:
    from tests.integration.sign_in.conftest import Someone
    from tests.support.site import Site

OWN = "/v1/me/second-factor"


class Desk:
    """A page at `localhost`, its person and their device."""

    def __init__(self, site: Site, person: Someone) -> None:
        self.site, self.person = site, person
        self.headers = {"host": f"localhost:{site.port}"}
        self.device = Authenticator(f"http://localhost:{site.port}")

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return await self.site.json(
            method, path, body, token=self.person.token, headers=self.headers
        )

    async def register(self, device: Authenticator, name: str = "Laptop") -> tuple[int, Any]:
        status, asked = await self.ask("POST", f"{OWN}/passkeys")
        assert status == 200, asked
        made = device.create(asked["options"])
        body = {"ticket": asked["ticket"], "name": name, "passkey": made}
        return await self.ask("POST", f"{OWN}/passkeys/confirm", body)

    async def first_step(self) -> dict[str, Any]:
        body = {"user": self.person.user, "password": f"Demo-{self.person.user}!"}
        status, answer = await self.site.json("POST", "/v1/sign-in", body, headers=self.headers)
        assert status == 401, answer
        return dict(answer["error"])

    async def second(self, ticket: str, passkey: object) -> tuple[int, dict[str, Any]]:
        body = {"ticket": ticket, "passkey": passkey}
        status, answer = await self.site.json(
            "POST", "/v1/sign-in/second", body, headers=self.headers
        )
        return status, answer.get("error", answer)


@pytest_asyncio.fixture
async def desk(site: Site, ana: Someone) -> Desk:
    return Desk(site, ana)


async def test_a_passkey_is_the_second_step(desk: Desk) -> None:
    status, done = await desk.register(desk.device)
    assert (status, len(done["recovery_codes"])) == (201, 10)
    asked = await desk.first_step()
    assert asked["methods"] == ["passkey", "recovery"]
    assert len(asked["passkey"]["allowCredentials"]) == 1
    assert asked["passkey"]["userVerification"] == "required"
    answered = desk.device.get(asked["passkey"])
    status, answer = await desk.second(asked["ticket"], answered)
    assert (status, answer["user"]["number"]) == (200, "1000")
    status, refused = await desk.second(asked["ticket"], answered)
    assert (status, refused["code"]) == (401, "passkey_refused")  # its counter stood still


async def test_a_passkey_alone_signs_in(desk: Desk) -> None:
    await desk.register(desk.device)
    _, asked = await desk.site.json("POST", "/v1/sign-in/passkey", {}, headers=desk.headers)
    assert asked["options"]["allowCredentials"] == []
    status, answer = await desk.second(asked["ticket"], desk.device.get(asked["options"]))
    assert (status, answer["user"]["number"]) == (200, "1000")


async def test_strangers_rubbish_locks_nobody_out_of_passkeys(desk: Desk) -> None:
    await desk.register(desk.device)
    for _ in range(8):
        _, asked = await desk.site.json("POST", "/v1/sign-in/passkey", {}, headers=desk.headers)
        stranger = Authenticator(desk.device.origin)
        status, refused = await desk.second(asked["ticket"], stranger.get(asked["options"]))
        assert (status, refused["code"]) == (401, "passkey_refused")
    _, asked = await desk.site.json("POST", "/v1/sign-in/passkey", {}, headers=desk.headers)
    assert (await desk.second(asked["ticket"], desk.device.get(asked["options"])))[0] == 200


async def test_a_code_does_not_stand_in_for_a_passkey_that_signs_in_alone(desk: Desk) -> None:
    _, asked = await desk.site.json("POST", "/v1/sign-in/passkey", {}, headers=desk.headers)
    body = {"ticket": asked["ticket"], "code": "123456"}
    status, refused = await desk.site.json("POST", "/v1/sign-in/second", body)
    assert (status, refused["error"]["code"]) == (401, "ticket_over")


async def test_an_answer_without_a_verified_person_is_refused(desk: Desk) -> None:
    lax = Authenticator(desk.device.origin, verifies=False)
    status, refused = await desk.register(lax)
    assert (status, list(refused["error"]["fields"])) == (422, ["passkey"])
    await desk.register(desk.device)
    desk.device.verifies = False
    asked = await desk.first_step()
    status, refused = await desk.second(asked["ticket"], desk.device.get(asked["passkey"]))
    assert (status, refused["code"]) == (401, "passkey_refused")


async def test_a_counter_that_goes_back_is_refused(desk: Desk) -> None:
    await desk.register(desk.device)
    desk.device.count = 7
    asked = await desk.first_step()
    assert (await desk.second(asked["ticket"], desk.device.get(asked["passkey"])))[0] == 200
    desk.device.count = 3  # a copy of the device
    asked = await desk.first_step()
    status, refused = await desk.second(asked["ticket"], desk.device.get(asked["passkey"]))
    assert (status, refused["code"]) == (401, "passkey_refused")


async def test_nobody_enters_by_somebody_elses_passkey(desk: Desk, site: Site) -> None:
    from tests.integration.sign_in.conftest import Someone

    await desk.register(desk.device)
    ben = Desk(site, Someone(site, "1001", token=await site.sign_in("1001")))
    await ben.register(ben.device, "Ben's")
    asked = await desk.first_step()
    status, refused = await desk.second(asked["ticket"], ben.device.get(asked["passkey"]))
    assert (status, refused["code"]) == (401, "passkey_refused")


async def test_another_sites_answer_and_rubbish_are_refused(desk: Desk) -> None:
    await desk.register(desk.device)
    asked = await desk.first_step()
    desk.device.origin = "http://evil.test"
    foreign = desk.device.get(asked["passkey"])
    for answer in (
        foreign,
        {},
        {"rawId": 7},
        {**foreign, "response": {}},
        {**foreign, "response": {**foreign["response"], "authenticatorData": "AAAA"}},
    ):
        status, refused = await desk.second(asked["ticket"], answer)
        assert (status, refused["code"]) in ((401, "passkey_refused"), (429, "locked")), answer


async def test_several_passkeys_have_names_and_go_one_by_one(desk: Desk) -> None:
    phone = Authenticator(desk.device.origin)
    await desk.register(desk.device, "Laptop")
    status, done = await desk.register(phone, "Phone")
    assert (status, done["recovery_codes"]) == (201, [])
    _, asked = await desk.ask("POST", f"{OWN}/passkeys")
    assert len(asked["options"]["excludeCredentials"]) == 2
    _, shown = await desk.ask("GET", OWN)
    assert [(each["name"], each["here"]) for each in shown["passkeys"]] == [
        ("Laptop", True),
        ("Phone", True),
    ]
    first, second = (each["id"] for each in shown["passkeys"])
    assert (await desk.ask("PATCH", f"{OWN}/passkeys/{first}", {"name": "Office"}))[0] == 204
    assert (await desk.ask("DELETE", f"{OWN}/passkeys/{second}"))[0] == 204
    assert (await desk.ask("DELETE", f"{OWN}/passkeys/{second}"))[0] == 404
    _, shown = await desk.ask("GET", OWN)
    assert [each["name"] for each in shown["passkeys"]] == ["Office"]
    asked = await desk.first_step()
    status, _ = await desk.second(asked["ticket"], phone.get(asked["passkey"]))
    assert status == 401


async def test_other_peoples_passkeys_are_out_of_reach(desk: Desk, site: Site) -> None:
    from tests.integration.sign_in.conftest import Someone

    await desk.register(desk.device)
    _, shown = await desk.ask("GET", OWN)
    ben = Desk(site, Someone(site, "1001", token=await site.sign_in("1001")))
    path = f"{OWN}/passkeys/{shown['passkeys'][0]['id']}"
    assert (await ben.ask("PATCH", path, {"name": "Mine"}))[0] == 404
    assert (await ben.ask("DELETE", path))[0] == 404


async def test_a_passkey_proves_who_one_is(desk: Desk) -> None:
    await desk.register(desk.device)
    desk.site.clock.offset_ms += 300_001
    status, refused = await desk.ask("POST", f"{OWN}/passkeys")
    assert (status, refused["error"]["code"]) == (403, "proof_needed")
    _, asked = await desk.ask("POST", "/v1/me/confirm/passkey")
    body = {"ticket": asked["ticket"], "passkey": desk.device.get(asked["options"])}
    assert (await desk.ask("POST", "/v1/me/confirm", body))[0] == 204
    assert (await desk.ask("POST", "/v1/me/confirm", body))[0] == 422  # once
    assert (await desk.ask("POST", f"{OWN}/passkeys"))[0] == 200


async def test_an_address_that_is_no_name_has_no_passkeys(desk: Desk) -> None:
    for host in (f"127.0.0.1:{desk.site.port}", "evil.test", "[::1]:80", "engage.localhost.evil"):
        desk.headers = {"host": host}
        status, refused = await desk.ask("POST", f"{OWN}/passkeys")
        assert (status, refused["error"]["code"]) == (409, "passkeys_unavailable"), host
        assert "by its name" in refused["error"]["message"]
