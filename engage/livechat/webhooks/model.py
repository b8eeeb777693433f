"""Webhooks: what is told, how it is signed, when it is tried again. Pure."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from engage.durations import DAY_MS
from engage.errors import N_, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks secrets
SECRET_BYTES = 32
OVERLAP_MS = 24 * 3_600_000
"""A former secret signs beside the new one for so long."""

WITHIN_S = 15.0
LEASE_MS = 20_000
"""A message that is being sent is nobody else's for so long: longer than one attempt can take."""

BODY_KEPT = 2_000
"""Bytes of an answer that are read and kept."""

ATTEMPTS_KEPT = 10
LIFE_MS = 3 * DAY_MS
"""What could not be delivered for so long is given up."""

SILENT_MS = 2 * DAY_MS
"""An endpoint that took nothing for so long is switched off when a message is given up."""

LOG_MS = 30 * DAY_MS
"""What is settled is kept for so long, to be read and replayed."""

DELAYS_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600)
"""How long to wait after the first, second … attempt; then as after the last."""

BREAK_AFTER, BREAK_MS, LONGEST_BREAK_MS = 5, 30_000, 15 * 60_000
"""After so many failures in a row an endpoint rests, and is asked once after each rest."""


class What(StrEnum):
    """The events that an endpoint may choose."""

    WAITING = "conversation.waiting"
    ACCEPTED = "conversation.accepted"
    TRANSFERRED = "conversation.transferred"
    ENDED = "conversation.ended"
    MISSED = "conversation.missed"
    MESSAGE = "message.created"
    OFFLINE_MESSAGE = "offline_message.created"
    SURVEY = "survey.submitted"
    CALL_STARTED = "call.started"
    CALL_ENDED = "call.ended"
    BANNED = "visitor.banned"
    UNBANNED = "visitor.unbanned"


TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is told; `bot_of` a live chat: its bot, which is told of its own chats alone."""

    id: str
    bot_of: str | None
    name: str
    url: str
    events: tuple[str, ...]
    livechats: tuple[str, ...]
    enabled: bool
    secret: str
    former_secret: str | None
    former_until_ms: int | None
    version: int
    created_at_ms: int
    failures: int = 0
    failing_since_ms: int | None = None
    paused_until_ms: int = 0
    disabled_reason: str = ""

    def wants(self, what: str, livechat_id: str) -> bool:
        """Whether it is to be told."""
        chosen = not self.livechats or livechat_id in self.livechats
        return self.enabled and self.bot_of is None and chosen and what in self.events


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was answered, or why nothing was."""

    at_ms: int
    took_ms: int
    status: int | None
    error: str
    response: str

    @property
    def succeeded(self) -> bool:
        """Whether it need not be tried again."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one endpoint, with what became of it. Moments are ms UTC."""

    id: str
    endpoint_id: str
    type: str
    conversation_id: str | None
    payload: str
    state: str
    tries: int
    created_at_ms: int
    due_at_ms: int
    expires_at_ms: int
    attempts: tuple[Attempt, ...] = ()


class WebhookNotFound(NotFound):
    """There is no such endpoint, or no such delivery."""

    code = "unknown_webhook"
    text = N_("This webhook does not exist any more.")


class StillOnItsWay(Conflict):
    """What waits need not be replayed."""

    code = "still_on_its_way"
    text = N_("This message is still on its way.")


def type_of(kind: str, author: str, body: Mapping[str, Any], state: str) -> str | None:
    """What an event of a live chat's log is to other programs; None: nothing.

    Args:
        kind: the event's.
        author: its kind.
        body: what the event says.
        state: the conversation's.
    """
    match kind, body.get("state"):
        case (("message" | "file"), _) if author != "system":
            return What.OFFLINE_MESSAGE if state == "offline" else What.MESSAGE
        case "state", "waiting":
            return What.WAITING
        case "state", "ended":
            return What.ENDED
        case "state", "missed":
            return What.MISSED
        case "assigned", _:
            return What.TRANSFERRED if body.get("former") else What.ACCEPTED
        case "survey", _:
            return What.SURVEY
        case "call", "answered":
            return What.CALL_STARTED
        case "call", ("ended" | "missed"):
            return What.CALL_ENDED
        case _:
            return None


def may_concern(kind: str) -> bool:
    """Whether events of this kind are ever told."""
    return kind in ("message", "file", "state", "assigned", "survey", "call")


def new_secret() -> str:
    """As Standard Webhooks writes it: 24 to 64 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(keys: Iterable[str], message_id: str, now_s: int, payload: bytes) -> dict[str, str]:
    """What tells a receiver whose message it is (Standard Webhooks 1.0, symmetric signatures).

    Args:
        keys: the secrets, each of which signs.
        message_id: the same whenever this message is tried.
        now_s: seconds since 1970; a receiver refuses what is old.
        payload: exactly the body that is sent.
    """
    signed = b".".join((message_id.encode(), str(now_s).encode(), payload))
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(key.removeprefix(SECRET_PREFIX)), signed, "sha256")
        ).decode()
        for key in keys
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Engage-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def delay_ms(tries: int, retry_after_s: int | None) -> int:
    """How long to wait after so many attempts; the receiver may ask for longer, up to an hour."""
    planned = DELAYS_S[min(tries, len(DELAYS_S)) - 1]
    return max(planned, min(retry_after_s or 0, 3_600)) * 1000


def rest_ms(failures: int) -> int:
    """How long an endpoint rests after so many failures in a row; 0: not at all."""
    if failures < BREAK_AFTER:
        return 0
    return int(min(BREAK_MS << min(failures - BREAK_AFTER, 10), LONGEST_BREAK_MS))
