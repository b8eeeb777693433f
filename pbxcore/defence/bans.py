"""Which sources are shut out for having failed to sign in too often. Pure; time is an argument.

Only failures that prove their address are told to `Bans.failed`: see `pbxcore.defence.guard`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from pbxcore.defence.source import covered, is_loopback, source_of
from pbxcore.forgetful import Forgetful

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.domain_settings import BanPolicy

MOST_BANS: Final = 10_000
"""Sources banned at once; one more lifts the oldest ban."""
MOST_COUNTED: Final = 20_000
"""Sources whose failures are counted at once."""
FOR_EVER: Final = 0

Cause = Literal["expired", "removed", "allowed", "replaced"]
"""Why a ban ends: its time, an administrator, the whitelist or the switch, want of room."""


class Ban(msgspec.Struct, frozen=True):
    """One source that is shut out; moments are milliseconds UTC, `until_ms` 0 means for ever."""

    address: str
    since_ms: int
    until_ms: int
    failures: int


class Lifted(msgspec.Struct, frozen=True):
    """A ban that ended, and why."""

    ban: Ban
    cause: Cause


class BanStore(Protocol):
    """Keeps bans over a restart; neither method may wait."""

    def load(self) -> Iterable[Ban]:
        """What was saved last."""
        ...

    def save(self, bans: tuple[Ban, ...]) -> None:
        """Remember that these are now all bans."""
        ...


class Bans:
    """Counts failures, bans and lifts; every ban begins once and ends once.

    `held` maps each banned source to its ban, the oldest first.
    """

    def __init__(self, policy: BanPolicy) -> None:
        self._policy = policy
        self.held: dict[str, Ban] = {}
        self._failures: Forgetful[list[int]] = Forgetful(MOST_COUNTED)

    def __len__(self) -> int:
        """How many bans stand."""
        return len(self.held)

    def restore(self, bans: Iterable[Ban], now_ms: int) -> list[Lifted]:
        """Take up the bans of an earlier run; those that ended meanwhile are lifted."""
        for ban in bans:
            self.held[ban.address] = ban
        return self.obey(self._policy) + self.tick(now_ms)

    def failed(self, host: str, now_ms: int) -> list[Ban | Lifted]:
        """A sign-in failed; gives the ban that this causes, and what had to make room for it."""
        source, policy = source_of(host), self._policy
        if source in self.held or self._allowed(source):
            return []
        since_ms = now_ms - policy.within_s * 1000
        moments = [each for each in self._failures.get(source) or () if each > since_ms]
        moments.append(now_ms)
        if len(moments) < policy.most_failures:
            self._failures.put(source, moments)
            return []
        self._failures.drop(source)
        until_ms = now_ms + policy.lasts_s * 1000 if policy.lasts_s else FOR_EVER
        ban = Ban(source, now_ms, until_ms, len(moments))
        room: list[Ban | Lifted] = []
        if len(self.held) >= MOST_BANS:
            room += self._lift([next(iter(self.held))], "replaced")
        self.held[source] = ban
        return [*room, ban]

    def lift(self, address: str) -> list[Lifted]:
        """End one ban by hand; nothing if there is none."""
        return self._lift([address] if address in self.held else [], "removed")

    def tick(self, now_ms: int) -> list[Lifted]:
        """Let time pass."""
        over = [each.address for each in self.held.values() if 0 < each.until_ms <= now_ms]
        return self._lift(over, "expired")

    def obey(self, policy: BanPolicy) -> list[Lifted]:
        """Follow another policy from now on; whom it allows is let in at once."""
        self._policy = policy
        return self._lift([each for each in self.held if self._allowed(each)], "allowed")

    def _allowed(self, source: str) -> bool:
        policy = self._policy
        if not policy.enabled or (policy.ignore_self and is_loopback(source)):
            return True
        return covered(source, policy.whitelist)

    def _lift(self, addresses: list[str], cause: Cause) -> list[Lifted]:
        return [Lifted(self.held.pop(each), cause) for each in addresses]
