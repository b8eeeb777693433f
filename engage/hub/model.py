"""Conversations, their events, who follows them, and what may be said in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from engage.errors import N_, Conflict, Invalid, NotFound, TextRefused, TooLarge

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

TEXT_LIMIT = 8_000
"""Code points in one message, everywhere; the client checks it too."""

HIDDEN_KINDS = frozenset({"note", "alarm"})
"""Kinds of events that only participants with `sees_notes` ever see."""

COUNTED_KINDS = ("message", "file", "note")
"""Kinds of events that make a conversation unread."""

PEOPLES_KINDS = frozenset({"message", "file"})
"""Kinds of events that a closed conversation refuses."""

EVERYONE = "all"
"""Mentions whoever follows the conversation."""

CLOSED_STATES = frozenset({"ended", "missed"})


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something: `kind` is visitor, agent, user, phone, bot or system."""

    kind: str
    id: str
    name: str

    @property
    def stored(self) -> str:
        """As it stands in the log: `agent:1000`."""
        return f"{self.kind}:{self.id}"

    @property
    def who(self) -> str:
        """The participant it belongs to: an agent's, a user's and a phone's person is the user."""
        return who_of(self.stored)


SYSTEM = Author("system", "", "")


class Event(msgspec.Struct, frozen=True):  # a Struct: the hot path makes one per append
    """One entry of a conversation's log; `seq` has no gaps, `prev_public` skips what is hidden."""

    conversation_id: str
    seq: int
    prev_public: int
    kind: str
    author: Author
    client_id: str | None
    body: dict[str, Any]
    at_ms: int


class Appended(msgspec.Struct, frozen=True):
    """A stored event; `duplicate` when the same `client_id` had brought it before."""

    event: Event
    duplicate: bool


def is_visitor(who: str) -> bool:
    """Whether a participant is a visitor."""
    return who.startswith("visitor:")


def is_person(who: str | None) -> bool:
    """Whether whoever serves is one of the house, not a bot: bots say what they are."""
    return who is not None and who.startswith("user:")


class Manners(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the people of a conversation are shown of each other; it keeps those it began with."""

    names: Literal["full", "first"] = "full"
    """What a visitor reads of whoever serves them."""
    alias: str = ""
    """Instead of any name."""
    nameless: str = "Support"
    """Instead of a first name, of who has none."""
    typing: bool = True
    """Each sees that the other is writing."""
    read_marks: bool = True
    """Whoever serves a visitor sees what they have read."""

    @property
    def hide_names(self) -> bool:
        """Whether there is something of who serves that a visitor must not learn."""
        return bool(self.alias) or self.names == "first"


USUAL_MANNERS = Manners()


class Conversation(msgspec.Struct, frozen=True):
    """A conversation's head: what there is to know without reading its events."""

    id: str
    kind: str
    key: str | None
    title: str
    state: str
    owner: str | None
    owner_name: str
    owner_epoch: int
    last_seq: int
    last_public_seq: int
    created_at_ms: int
    ended_at_ms: int | None
    manners: Manners = USUAL_MANNERS

    @property
    def closed(self) -> bool:
        """Whether people may no longer write into it."""
        return self.state in CLOSED_STATES


Also = Callable[["AsyncConnection", Event], Awaitable[None]]
"""Rows of a slice that are stored with an event, in its transaction; what it raises undoes both."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a participant sends. `epoch` is the owner's under which it was written."""

    kind: str
    client_id: str
    body: dict[str, Any]
    epoch: int | None = None
    also: Also | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who is to follow a conversation from after `from_seq`."""

    who: str
    name: str
    from_seq: int = 0
    sees_notes: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who follows a conversation, and how far they have come."""

    who: str
    name: str
    from_seq: int
    sees_notes: bool
    delivered: int
    read: int
    role: str = ""
    """What they are in it, in the words of its kind; empty: nothing of note."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How somebody keeps a conversation in their own list."""

    pinned: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Events after a sequence, as the reader sees them on the wire."""

    events: list[dict[str, Any]]
    head: int
    more: bool


class ConversationClosed(Conflict):
    """The conversation takes no more messages."""

    code = "conversation_closed"
    text = N_("This conversation is closed.")


class StaleOwner(Conflict):
    """Written under an owner who no longer serves the conversation."""

    code = "stale_owner"
    text = N_("Someone else has taken over this conversation.")


class TooFar(Conflict):
    """What came after that sequence is no longer kept; `first` is the first sequence there is."""

    code = "too_far"
    text = N_("Older messages are no longer kept; please load the conversation again.")


class NotParticipant(NotFound):
    """Not a conversation of this person; told like one that does not exist."""


class KindPolicy(Protocol):
    """What a kind of conversation does with what a participant sends."""

    async def post(self, author: Author, conversation: Conversation, post: Post) -> Appended:
        """Store what was sent, or refuse it."""


def who_of(stored_author: str) -> str:
    """The participant behind a stored author: `agent:1000` and `phone:1000` are `user:1000`."""
    kind, _, identifier = stored_author.partition(":")
    return f"user:{identifier}" if kind in ("agent", "user", "phone") else stored_author


def authors_of(who: str) -> tuple[str, ...]:
    """Every stored author that is this participant; the inverse of `who_of`."""
    kind, _, identifier = who.partition(":")
    if kind != "user":
        return (who,)
    return (f"agent:{identifier}", f"user:{identifier}", f"phone:{identifier}")


# U+202A-U+202E and U+2066-U+2069 reorder the text around them; direction comes from `dir=auto`.
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_REFUSED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but `\\t` and `\\n`, and lone surrogates."""
_MARKS_IN_A_ROW = 30  # UAX #15 section 13
_JOINER = "\u034f"  # combining grapheme joiner: unseen, parts a run of marks


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    r"""Bring text from a person into the one form that is stored and shown.

    NFC; line ends become `\n`; bidirectional overrides are removed, since they make text lie.

    Args:
        text: as it came.
        limit: code points that are taken.

    Raises:
        TextRefused: a lone surrogate, or a control character other than `\n` and `\t`.
        TooLarge: more than `limit` code points; `params` names the limit.
        Invalid: nothing is left to read.
    """
    if len(text) > 4 * limit:  # cannot be brought under the limit: spare the work
        raise TooLarge(limit=limit)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (refused := _REFUSED.search(text)) is not None:
        raise TextRefused(character=f"U+{ord(refused[0]):04X}")
    text = _composed(text)
    if len(text) > limit:
        raise TooLarge(limit=limit)
    if not text.strip():
        raise Invalid({"text": N_("Please write something.")})
    return text


def mended_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """`clean_text` for what nobody can be asked to write again.

    What is refused becomes U+FFFD, what is too much is cut off; empty when nothing is left.
    """
    text = text[:limit].replace("\r\n", "\n").replace("\r", "\n")
    text = _composed(_REFUSED.sub("\ufffd", text))[:limit]
    return text if text.strip() else ""


def _composed(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _stream_safe(text.translate(_OVERRIDES)))


def _stream_safe(text: str) -> str:
    """Part long runs of combining marks: putting them in order takes the square of their number."""
    safe, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > _MARKS_IN_A_ROW:
            safe.append(_JOINER)
            run = 1
        safe.append(character)
    return "".join(safe)


CLIENT_ID_LIMIT = 64


def clean_client_id(client_id: str) -> str:
    """Check a key that a client has made for one event: up to 64 visible ASCII characters.

    Raises:
        Invalid: it is something else.
    """
    if not 0 < len(client_id) <= CLIENT_ID_LIMIT or not client_id.isascii():
        raise Invalid({"client_id": N_("This identifier cannot be taken.")})
    if not client_id.isprintable() or " " in client_id:
        raise Invalid({"client_id": N_("This identifier cannot be taken.")})
    return client_id


def encode_manners(manners: Manners) -> str | None:
    """As they are stored; the usual ones are not."""
    return None if manners == USUAL_MANNERS else msgspec.json.encode(manners).decode()


def decode_manners(stored: str | None) -> Manners:
    """What `encode_manners` has made."""
    return USUAL_MANNERS if stored is None else msgspec.json.decode(stored, type=Manners)


def encode_body(body: dict[str, Any]) -> str:
    """An event's body as it is stored.

    Raises:
        TextRefused: a lone surrogate somewhere in it, which no database takes.
    """
    try:
        return msgspec.json.encode(body).decode()
    except UnicodeEncodeError as error:
        raise TextRefused from error
