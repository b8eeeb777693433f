"""The guard before sign-in: failures counted in a window, then a lock-out. Without I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class GuardRule:
    """So many failures within the window lock the subject for so long."""

    failures: int
    window_ms: int = 300_000
    lock_ms: int = 300_000


@dataclass(frozen=True, slots=True)
class Guard:
    """What is remembered of one subject; moments are milliseconds UTC."""

    subject: str
    failures: int = 0
    window_ends_at_ms: int = 0
    locked_until_ms: int = 0

    def locked_s(self, now_ms: int) -> int:
        """Seconds left, rounded up; 0 when free."""
        return max(0, -(-(self.locked_until_ms - now_ms) // 1000))

    def failed(self, rule: GuardRule, now_ms: int) -> Guard:
        """Count one failure."""
        fresh = self.window_ends_at_ms <= now_ms
        failures = 1 if fresh else self.failures + 1
        ends = now_ms + rule.window_ms if fresh else self.window_ends_at_ms
        if failures < rule.failures:
            return replace(self, failures=failures, window_ends_at_ms=ends)
        return replace(self, failures=0, window_ends_at_ms=0, locked_until_ms=now_ms + rule.lock_ms)

    def forgettable(self, now_ms: int) -> bool:
        """Nothing left to remember."""
        return self.window_ends_at_ms <= now_ms and self.locked_until_ms <= now_ms


def user_subject(user_name: str) -> str:
    """The guard's subject for a user name, known or not."""
    return f"user:{user_name[:64]}"


def second_subject(user_name: str) -> str:
    """The guard's subject for the second step of signing in."""
    return f"second:{user_name[:64]}"


def address_subject(address: str) -> str:
    """The guard's subject for an address; an IPv6 /64 is one subject, as one person owns it."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        network = int(parsed) >> 64 << 64
        return f"address:{IPv6Address(network)}/64"
    return f"address:{getattr(parsed, 'ipv4_mapped', None) or parsed}"
