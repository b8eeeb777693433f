"""challenge, login, logout."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from engage.api.actions import Caller, Parameters, actor_of, refused, required
from engage.api.login import CHALLENGE_DIGITS, Challenges
from engage.api.status import Status
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Handler
    from engage.api.lockout import Lockout
    from engage.api.service import ApiUsers
    from engage.api.sessions import ApiSessions
    from engage.identifiers import Clock

log = logging.getLogger(__name__)

LONGEST_USER, LONGEST_TOKEN, LONGEST_URL = 64, 64, 500
TOO_FAST = N_("Too many logins. Try again in a minute.")
LOCKED = N_("Too many failed attempts.")
WRONG = N_("The user name or the password is wrong.")
NOT_FROM_HERE = N_("This user may not come from this address.")
SWITCHED_OFF = N_("This user is switched off.")


class SessionActions:
    """Signing in and out. Unknown users are treated like known ones until the token is right."""

    def __init__(
        self, users: ApiUsers, sessions: ApiSessions, lockout: Lockout, clock: Clock
    ) -> None:
        self._users, self._sessions, self._lockout = users, sessions, lockout
        self._clock = clock
        self._challenges = Challenges()

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "logout": self.logout,
        }

    async def challenge(self, address: str, asked: Parameters) -> Mapping[str, Any]:
        """Give sixteen digits to make the token of; any name gets some."""
        user = required(asked, "user", "username")[:LONGEST_USER]
        self._check_pace(user, address)
        challenge = f"{secrets.randbelow(10**CHALLENGE_DIGITS):0{CHALLENGE_DIGITS}d}"
        self._challenges.put(user.casefold(), address, challenge, self._clock())
        return {"challenge": challenge}

    async def login(self, address: str, asked: Parameters) -> Mapping[str, Any]:
        """Begin a session for who knows the password and may come from here."""
        user = required(asked, "user", "username")[:LONGEST_USER]
        token = str(asked.get("token") or "")[:LONGEST_TOKEN]
        self._check_pace(user, address)
        known = self._users.named(user)
        password = self._users.password(known) if known else secrets.token_hex()
        key, now = user.casefold(), self._clock()
        right = self._challenges.answered(key, address, token, password, now)
        actor = actor_of(user if known is None else known.user, address)
        permitted = known is not None and await self._users.permits(known, address)
        if known is None or not right:
            everywhere = known is None or permitted
            failed = await self._lockout.failed(user, address, everywhere=everywhere, actor=actor)
            if failed.locked_s:
                raise refused(Status.LOCKED_OUT, LOCKED, remain_time=failed.locked_s)
            raise refused(Status.WRONG_CREDENTIALS, WRONG, remain_num=failed.left)
        if not permitted:
            raise refused(Status.NO_PERMISSION, NOT_FROM_HERE)
        if not known.enabled:
            raise refused(Status.LOGIN_FORBIDDEN, SWITCHED_OFF)
        await self._lockout.succeeded(known, address, actor)
        url = asked.get("url")
        reports_to = url[:LONGEST_URL] if isinstance(url, str) else ""
        return {"cookie": self._sessions.begin(known.id, known.user, address, reports_to)}

    async def logout(self, caller: Caller, _: Parameters) -> Mapping[str, Any]:
        """End the session of this cookie."""
        self._sessions.end(caller.cookie)
        return {}

    def _check_pace(self, user: str, address: str) -> None:
        if self._lockout.too_fast(address):
            raise refused(Status.TOO_OFTEN, TOO_FAST)
        if locked_s := self._lockout.locked_s(user, address):
            raise refused(Status.LOCKED_OUT, LOCKED, remain_time=locked_s)
