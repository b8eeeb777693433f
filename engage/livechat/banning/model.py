"""Bans of visitors: values and rules."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal

from engage.durations import HOUR_MS
from engage.errors import N_, Conflict
from engage.livechat.limits import network_of

if TYPE_CHECKING:
    from engage.livechat.limits import Limits

Duration = Literal["1h", "24h", "30d", "permanent"]
LASTS_MS: dict[str, int | None] = {
    "1h": HOUR_MS,
    "24h": 24 * HOUR_MS,
    "30d": 30 * 24 * HOUR_MS,
    "permanent": None,
}

ASKED, BANNED, REFUSED, LIFTED = "asked", "banned", "refused", "lifted"
REASON_LIMIT = 500

BAN = "banned"
"""Why a conversation has ended whose visitor was banned, and what their socket is told."""


class AlreadyDecided(Conflict):
    """Somebody else has decided about this, or it is over."""

    code = "already_decided"
    text = N_("Somebody else has decided about this meanwhile.")


@dataclass(frozen=True, slots=True)
class Ban:
    """A visitor of one live chat who is kept out, was, or shall be."""

    id: str
    livechat_id: str
    visitor_id: str
    visitor_name: str
    network: str
    conversation_id: str
    number: int
    reason: str
    duration: str
    state: str
    asked_by: str
    asked_by_name: str
    asked_at_ms: int
    decided_by_name: str = ""
    decided_at_ms: int | None = None
    until_ms: int | None = None
    lifted_by_name: str = ""
    lifted_at_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Whether it keeps somebody out at this moment."""
        return self.state == BANNED and (self.until_ms is None or now_ms < self.until_ms)

    def shown_state(self, now_ms: int) -> str:
        """Its state, with `expired` for a ban whose time is over."""
        return "expired" if self.state == BANNED and not self.holds(now_ms) else self.state


def network_to_ban(address: str, limits: Limits) -> str:
    """The network that a ban of somebody at `address` concerns; empty where it would hit others.

    `address` is the socket's, or what a trusted proxy forwarded: never what a client says. Loopback
    stands for everybody behind a proxy that is not trusted, an exempt network for people known.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback or parsed.is_unspecified or not limits.counts(str(parsed)):
        return ""
    return network_of(str(parsed))
