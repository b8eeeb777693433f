"""Event, Subscription-State and Allow-Events (RFC 6665 §8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import is_token, parameters, seconds, write_parameters

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class Event(msgspec.Struct, frozen=True):
    """An event package, templates included (`presence.winfo`), and its parameters."""

    package: bytes
    parameters: dict[bytes, bytes | None] = {}

    @property
    def id(self) -> bytes | None:
        """What tells subscriptions of one dialog apart."""
        return self.parameters.get(b"id")

    def same_as(self, other: Event) -> bool:
        """Whether both mean one subscription: package and id, other parameters aside (§8.2.1)."""
        return (self.package, self.id) == (other.package, other.id)

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the package or a parameter's name is no token.
        """
        if not is_token(self.package):
            raise LocalProtocolError("not an event package")
        return self.package + write_parameters(self.parameters)


class SubscriptionState(msgspec.Struct, frozen=True):
    """What a NOTIFY says of its subscription: `active`, `pending`, `terminated` or another word."""

    state: bytes
    parameters: dict[bytes, bytes | None] = {}

    @property
    def expires(self) -> int | None:
        """Seconds that are left."""
        return seconds(self.parameters.get(b"expires"))

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait before subscribing again."""
        return seconds(self.parameters.get(b"retry-after"))

    @property
    def reason(self) -> bytes | None:
        """Why it is terminated, in lower case."""
        value = self.parameters.get(b"reason")
        return None if value is None else value.lower()

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the state or a parameter's name is no token.
        """
        if not is_token(self.state):
            raise LocalProtocolError("not a state")
        return self.state + write_parameters(self.parameters)


def parse_event(value: bytes) -> Event:
    """Read an Event header; packages are compared as written (RFC 6665 §8.2.1).

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    return Event(*_word_and_parameters(value, "Malformed Event"))


def read_event(message: Message) -> Event | None:
    """The event of a SUBSCRIBE, NOTIFY or PUBLISH.

    Raises:
        RemoteProtocolError: 400: it is malformed or repeated.
    """
    if message.repeated(b"event"):
        raise RemoteProtocolError(400, "Repeated Event")
    value = message.get(b"event")
    return None if value is None else parse_event(value)


def parse_subscription_state(value: bytes) -> SubscriptionState:
    """Read a Subscription-State header.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    state, found = _word_and_parameters(value, "Malformed Subscription-State")
    return SubscriptionState(state.lower(), found)


def read_subscription_state(message: Message) -> SubscriptionState | None:
    """The subscription state of a NOTIFY.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"subscription-state")
    return None if value is None else parse_subscription_state(value)


def _word_and_parameters(value: bytes, complaint: str) -> tuple[bytes, dict[bytes, bytes | None]]:
    word, semicolon, tail = value.partition(b";")
    word = word.strip()
    if not is_token(word):
        raise RemoteProtocolError(400, complaint)
    return word, parameters(semicolon + tail)
