"""Bots: what they are, what they answer, and when people take over. Pure."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engage.errors import N_, NotFound, Unauthenticated
from engage.hub.model import Author
from engage.livechat.model import CLOSED

if TYPE_CHECKING:
    from engage.livechat.webhooks.model import Endpoint

TOKEN_PREFIX = "bot_"  # noqa: S105 - tells whose token it is; holds no secret
STARTED, MESSAGE, OVER = "bot.started", "bot.message", "bot.over"
"""What a bot is told: a visitor is yours, the visitor wrote, the visitor is yours no more."""

ANSWER_WITHIN_S = 30
LIFE_MS = 4_000
"""A message to a bot is tried once: who gets no answer is given to people."""

MOST_MESSAGES, MOST_CHOICES, CHOICE_LIMIT = 10, 10, 80

BOT_ASKED, VISITOR_ASKED = "bot_asked", "visitor_asked"
BOT_FAILED, BOT_SILENT, BOT_REMOVED = "bot_failed", "bot_silent", "bot_removed"
"""Why people take over."""


Serving = Literal["always", "within", "outside"]
"""When a bot serves: at all hours, within the live chat's working hours, or outside of them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a bot serves."""

    answer_within_s: int = ANSWER_WITHIN_S
    serve: Serving = "within"

    def covers(self, closed: str | None) -> bool:
        """Whether these are its hours; `closed`: why no person can be asked, if so."""
        match self.serve:
            case "always":
                return True
            case "within":
                return closed is None
            case "outside":
                return closed == CLOSED


@dataclass(frozen=True, slots=True)
class Bot:
    """A live chat's bot: its endpoint, and what else there is to it."""

    endpoint: Endpoint
    token_hash: str
    terms: Terms = field(default_factory=Terms)

    @property
    def id(self) -> str:
        """Its identifier, which is its endpoint's."""
        return self.endpoint.id

    @property
    def livechat_id(self) -> str:
        """The one live chat that it serves."""
        return self.endpoint.bot_of or ""

    @property
    def author(self) -> Author:
        """As what it writes."""
        return Author("bot", self.id, self.endpoint.name)

    def serves(self, now_ms: int, closed: str | None) -> bool:
        """Whether visitors are given to it: in its hours, switched on, not failed lately."""
        able = self.endpoint.enabled and self.endpoint.paused_until_ms <= now_ms
        return able and self.terms.covers(closed)


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a bot, with what the visitor may choose to answer."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a bot answers to what it is told."""

    said: tuple[Said, ...] = ()
    hands_over: bool = False
    note: str = ""
    problems: tuple[str, ...] = field(default=())


class NoBot(NotFound):
    """The live chat has none."""

    code = "no_bot"
    text = N_("This live chat has no bot.")


class BotTokenInvalid(Unauthenticated):
    """No bot has this token."""

    code = "invalid"
    text = N_("No bot has this token.")


def new_token() -> str:
    """256 bits from the system."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The form in which a token is kept and looked up."""
    return hashlib.sha256(token[:128].encode("utf-8", "surrogatepass")).hexdigest()


def read_reply(body: bytes) -> Reply:
    """What a bot says in its HTTP answer; nothing, if that is no JSON of the right shape."""
    try:
        told = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        return Reply(problems=("no JSON",))
    if not isinstance(told, dict):
        return Reply(problems=("no object",))
    messages = told.get("messages", [])
    if not isinstance(messages, list):
        return Reply(problems=("messages",))
    said = [each for message in messages[:MOST_MESSAGES] if (each := _said(message)) is not None]
    note = told.get("note", "")
    return Reply(tuple(said), told.get("handover") is True, note if isinstance(note, str) else "")


def _said(message: Any) -> Said | None:
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        return None
    choices = message.get("choices", [])
    if not isinstance(choices, list):
        choices = []
    named = (each.strip() for each in choices if isinstance(each, str))
    taken = [each for each in named if each and len(each) <= CHOICE_LIMIT][:MOST_CHOICES]
    return Said(message["text"], tuple(dict.fromkeys(taken)))
