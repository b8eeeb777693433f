"""The whole application on each database, with people who can be signed in."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyotp
import pytest_asyncio

from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import pytest
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Recipient
    from tests.support.postgres import Postgres
    from tests.support.site import Site


@dataclass
class Outbox:
    """Takes mails as the product's outbox does, and keeps them in memory."""

    mails: list[tuple[str, Recipient, dict[str, str | int]]] = field(default_factory=list)

    async def post(
        self,
        connection: AsyncConnection,
        kind: str,
        *,
        to: Recipient,
        params: Mapping[str, str | int],
        reply_to: str = "",
        dedupe_key: str = "",
    ) -> None:
        self.mails.append((kind, to, dict(params)))


@dataclass
class Someone:
    """A person with a session, and the app on their phone."""

    site: Site
    user: str
    token: str = ""
    secret: str = ""
    recovery_codes: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """A request of the session."""
        return await self.site.json(method, path, body, token=self.token)

    async def sign_in(self, **more: Any) -> tuple[int, dict[str, Any]]:
        """The first step."""
        password = f"Demo-{self.user}!"
        status, answer = await self.site.json(
            "POST", "/v1/sign-in", {"user": self.user, "password": password, **more}
        )
        if status == 200:
            self.token = answer["token"]
        return status, answer.get("error", answer)

    async def second(self, ticket: str, **answered: Any) -> tuple[int, dict[str, Any]]:
        """The second step."""
        body = {"ticket": ticket, **answered}
        status, answer = await self.site.json("POST", "/v1/sign-in/second", body)
        if status == 200:
            self.token = answer["token"]
        return status, answer.get("error", answer)

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or steps later."""
        now = self.site.clock() // 30_000
        return pyotp.TOTP(self.secret).generate_otp(now + steps)

    async def enrol(self) -> None:
        """Set up an authenticator app; the step of its first code is used by that."""
        status, new = await self.ask("POST", "/v1/me/second-factor/app")
        assert status == 200, new
        self.secret = new["secret"]
        body = {"ticket": new["ticket"], "code": self.code()}
        status, done = await self.ask("POST", "/v1/me/second-factor/app/confirm", body)
        assert status == 200, done
        self.recovery_codes = done["recovery_codes"]
        self.site.clock.offset_ms += 60_000


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    with ExitStack() as stack:
        on = {}
        if request.param == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres")
            on["database"] = stack.enter_context(postgres.furnished.lent())
        async with support.site(tmp_path, **on) as running:
            yield running


@pytest_asyncio.fixture
async def ana(site: Site) -> Someone:
    someone = Someone(site, "1000")
    assert (await someone.sign_in())[0] == 200
    return someone


@pytest_asyncio.fixture
async def admin(site: Site) -> Someone:
    someone = Someone(site, "admin")
    assert (await someone.sign_in())[0] == 200
    return someone


@pytest_asyncio.fixture
async def outbox(site: Site) -> Outbox:
    outbox = Outbox()
    site.application.people.links.send_by(outbox)
    return outbox
