"""Live chats, visitors and inquiries: values, and what can go wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from engage.errors import N_, Conflict, Forbidden, NotFound, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engage.livechat.options import Options
    from engage.livechat.pictures.model import Picture, PictureKind

KIND = "livechat"
"""The kind of its conversations in the hub."""

WAITING, ACTIVE, TRANSFERRING = "waiting", "active", "transferring"
ENDED, MISSED, OFFLINE = "ended", "missed", "offline"
OPEN_STATES = (WAITING, ACTIVE, TRANSFERRING)

MAX_WAITING = 100
"""More than these do not wait in one live chat: the next visitor is told that all are busy."""

MAX_LIVECHATS = 50
"""More than these are not kept in one installation."""

HELPING = "helping"
"""The role of an agent who was invited: writes beside the one who serves the visitor."""

DISABLED, CLOSED, NO_AGENT_ON_DUTY = "disabled", "closed", "no_agent"
"""Why nobody can be asked: switched off, outside the working hours, nobody has a seat."""

IDLE = "idle"
"""Why a conversation has ended in which nobody wrote any more, or whose visitor was gone."""

CHANNEL_DELETED = "channel_deleted"
"""Why a conversation has ended whose live chat was deleted."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Who answers: the agents of one queue, or a list of extensions."""

    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveChat:
    """One public link with its options; a deleted one is kept for the history it has."""

    id: str
    public_id: str
    name: str
    enabled: bool
    destination: Destination
    options: Options
    version: int
    created_at_ms: int
    deleted_at_ms: int | None = None
    pictures: Mapping[PictureKind, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """How many wait in a live chat now, and how many are being served."""

    waiting: int = 0
    active: int = 0


@dataclass(frozen=True, slots=True)
class Details:
    """What a visitor tells about themselves; empty where nothing was asked or given."""

    full_name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def email_key(self) -> str | None:
        """The address as it is compared."""
        return self.email.casefold() or None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who wrote through one live chat's page."""

    id: str
    livechat_id: str
    details: Details
    name: str
    language: str
    user_agent: str
    address: str
    first_seen_at_ms: int
    token_expires_at_ms: int
    subject: str = ""
    """What the web site that vouches for them calls them; empty: nobody does."""
    first_number: int = 0
    """Of their first chat; 0 of a visitor who was not read from the rows."""
    visits: int = 1

    @property
    def who(self) -> str:
        """Their name in the hub's memberships."""
        return f"visitor:{self.id}"


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom the agent who serves a visitor wants to give the chat: a colleague or a queue."""

    kind: str
    value: str
    name: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One chat of one visitor from the form to its end, with the state its conversation has now."""

    conversation_id: str
    number: int
    livechat_id: str
    visitor_id: str
    page_url: str
    queued_at_ms: int
    accepted_at_ms: int | None
    end_reason: str
    away_since_ms: int | None
    agent_away_since_ms: int | None
    state: str
    owner: str | None
    owner_name: str
    epoch: int
    answered_at_ms: int | None = None
    answered_by: str = ""
    handover: Handover | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a visitor agreed to, when and from where."""

    text: str
    text_hash: str
    at_ms: int
    address: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the edge knows about a request of a visitor."""

    address: str
    user_agent: str
    language: str


class Seat(Protocol):
    """An agent on duty for a destination."""

    @property
    def number(self) -> str:
        """The extension."""

    @property
    def name(self) -> str:
        """The name people see."""

    @property
    def paused(self) -> bool:
        """On a break: keeps running chats, gets no new inquiry."""

    @property
    def email(self) -> str:
        """Where mails reach them; may be empty."""

    @property
    def language(self) -> str:
        """The language they want to read; empty where they have not said."""


class Seats(Protocol):
    """Who serves a destination now; kept in memory by the people slice."""

    def agents_of(self, kind: str, values: list[str]) -> Sequence[Seat]:
        """Agents that are static or logged in, with an enabled extension."""

    def names_of(self, kind: str, values: list[str]) -> Mapping[str, str]:
        """The names of a destination's values; those that do not exist (any more) are left out."""

    def chairmen_of(self, kind: str, values: list[str]) -> frozenset[str]:
        """The extensions that are chairmen of a destination's queues."""

    def capacity(self, number: str) -> int:
        """So many chats fill an agent; 0: none do."""


class UnknownLiveChat(NotFound):
    """No live chat has this address, or it is switched off."""

    code = "unknown_livechat"
    text = N_("This chat is not available.")
    deleted = N_("This chat is no longer available.")
    hint = N_("The link may be mistyped, or no longer in use.")


class Busy(Unavailable):
    """Too many wait already."""

    code = "busy"
    text = N_("Very many people are waiting at the moment; please try again later.")


class TooManyLiveChats(Conflict):
    """There are as many live chats as one installation keeps."""

    code = "too_many_livechats"
    text = N_("There cannot be more than %(most)d live chats.")


class NoOfflineForm(Forbidden):
    """This live chat takes no messages while nobody can be asked."""

    code = "no_offline_form"
    text = N_("No message can be left here.")


class ClientIdTaken(Conflict):
    """Somebody else has begun a chat under this `client_id`."""

    code = "client_id_taken"
    text = N_("Please start the chat again.")


class Taken(Conflict):
    """Another agent was faster; `by` names them."""

    code = "taken"
    text = N_("%(name)s has taken this inquiry.")

    def __init__(self, agent_id: str, name: str) -> None:
        super().__init__(by={"id": agent_id, "name": name}, name=name)


class Gone(Conflict):
    """The inquiry was over before it could be accepted."""

    code = "gone"
    text = N_("This inquiry is over.")


class NotOnDuty(Forbidden):
    """Only an agent of the destination who is not on a break takes inquiries."""

    code = "not_on_duty"
    text = N_("You do not serve this live chat at the moment.")


class AgentFull(Conflict):
    """An agent serves as many visitors as the live chat lets one agent serve."""

    code = "agent_full"
    text = N_("You serve %(most)d chats already. End one of them, then accept this one.")

    def __init__(self, most: int) -> None:
        super().__init__(most=most)


class NobodyThere(Conflict):
    """A chat cannot be handed to somebody who does not serve live chats, or to an empty queue."""

    code = "nobody_there"
    text = N_("%(name)s cannot take this chat.")


class OwnerStays(Conflict):
    """Whoever serves a visitor ends the chat or hands it over, but does not just leave."""

    code = "owner_stays"
    text = N_("End this chat, or transfer it to somebody else.")


class WantsNoMail(Conflict):
    """Whoever has this address has stopped such mails by the link in one of them."""

    code = "mail_unwanted"
    text = N_("Whoever has this e-mail address wants no more such emails.")


class NoAddress(Conflict):
    """A visitor who gave no address cannot be answered by mail."""

    code = "no_address"
    text = N_("This visitor has given no e-mail address.")


class NoSurvey(Conflict):
    """Only a chat that an agent served and that is over is rated, where visitors are asked to."""

    code = "no_survey"
    text = N_("This chat cannot be rated.")


class NoTranscript(Conflict):
    """Only a chat that is over is mailed, where that is wanted, to a visitor with an address."""

    code = "no_transcript"
    text = N_("This chat cannot be sent by email.")


class TokenInvalid(Unauthenticated):
    """No visitor has this token."""

    code = "invalid"
    text = N_("Please start the chat again.")


class TokenExpired(TokenInvalid):
    """The visitor's token is over."""

    code = "expired"


class TokenBanned(TokenInvalid):
    """The visitor is kept out; they are told no more than that nobody is there."""

    code = "banned"
    text = UnknownLiveChat.text
