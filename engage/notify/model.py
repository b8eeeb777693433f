"""Mails on their way: their states, and when one that failed is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engage.errors import N_, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["waiting", "sending", "sent", "failed", "cancelled"]
STATES: tuple[State, ...] = ("waiting", "sending", "sent", "failed", "cancelled")

Reason = Literal[
    "",
    "refused",
    "deferred",
    "broken_off",
    "unreachable",
    "encryption",
    "credentials",
    "expired",
    "address",
    "unreadable",
    "template",
    "unwanted",
]
REASONS: dict[Reason, str] = {
    "refused": N_("The mail server refused this email."),
    "deferred": N_("The mail server asked to be tried again later."),
    "broken_off": N_("The connection ended before the mail server had taken this email."),
    "unreachable": N_("The mail server could not be reached."),
    "encryption": N_("No trusted encrypted connection to the mail server could be made."),
    "credentials": N_("The mail server did not accept the user name and password."),
    "expired": N_("It could not be sent in time."),
    "address": N_("An address in it is no email address."),
    "unreadable": N_("Its values were sealed with another key."),
    "template": N_("Its template could not be filled in."),
    "unwanted": N_("The recipient wants no more emails of this kind."),
}

DEFERRED_S = (60, 300, 900, 3600)
"""After how many seconds a mail that the server put off is tried again; then it has failed."""
BROKEN_OFF_S = (5, *DEFERRED_S)
"""The same for a connection that ended in the middle: the first time may have been chance."""
OUTAGE_S = (1, 2, 5, 10, 20, 30)
"""While the server cannot be reached no mail is blamed: all wait, and it is looked for again."""
JITTER = 0.2


class MailNotFound(NotFound):
    """No such mail in the outbox."""

    code = "mail_not_found"
    text = N_("This email does not exist any more.")


class NotCancellable(Conflict):
    """It is being sent, or has been."""

    code = "mail_not_waiting"
    text = N_("This email is not waiting any more.")


class NoMailServer(Conflict):
    """Nothing can be sent yet."""

    code = "no_mail_server"
    text = N_("No SMTP server is set.")


class NotRetriable(Conflict):
    """Only what failed or was cancelled can be sent again."""

    code = "mail_not_failed"
    text = N_("Only emails that have failed or were cancelled can be sent again.")


@dataclass(frozen=True, slots=True)
class Mail:
    """One row of the outbox; `params` are the values its template is filled with.

    They are None when they were sealed with another key.
    """

    id: str
    kind: str
    address: str
    name: str
    language: str
    reply_to: str
    params: Mapping[str, str | int] | None
    message_id: str
    subject: str
    state: State
    tries: int
    reason: Reason
    words: str
    due_at_ms: int
    expires_at_ms: int
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a mail was not taken. `words` are the server's own, or the system's."""

    reason: Reason
    words: str

    @property
    def general(self) -> bool:
        """Whether it hits every mail alike: then none is blamed."""
        return self.reason in ("unreachable", "encryption", "credentials")


def delay_s(trouble: Trouble, tries: int, chance: float) -> float | None:
    """How long a mail waits after its try number `tries`; None when it is given up.

    Args:
        trouble: what went wrong with it.
        tries: how often it has been tried, this time included.
        chance: from 0 to 1; spreads those that failed together.
    """
    steps = {"deferred": DEFERRED_S, "broken_off": BROKEN_OFF_S}.get(trouble.reason, ())
    return spread(steps[tries - 1], chance) if tries <= len(steps) else None


def outage_s(failures: int, chance: float) -> float:
    """How long to leave a server alone that could not be used `failures` times in a row."""
    return spread(OUTAGE_S[min(failures, len(OUTAGE_S)) - 1], chance)


def spread(seconds: float, chance: float) -> float:
    """A span that is up to a fifth shorter or longer."""
    return seconds * (1 + JITTER * (2 * chance - 1))


class Pace:
    """At most so many a minute, evenly; 0: as fast as they go."""

    def __init__(self) -> None:
        self._next_ms = 0.0

    def wait_ms(self, now_ms: int) -> int:
        """How long until the next may go."""
        return max(0, round(self._next_ms - now_ms))

    def took(self, now_ms: int, per_minute: int) -> None:
        """Count one."""
        self._next_ms = max(self._next_ms, now_ms) + (60_000 / per_minute if per_minute else 0)
