"""Event publication: what people say of their own presence, and for how long (RFC 3903).

An entity-tag names each publication; it changes with every request that changes or refreshes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.agenda import Agenda
from pbxcore.presence.packages.presence import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable

USUAL_EXPIRY_S: Final = 3600
MOST_OF_ONE: Final = 10
"""Publications of one extension: one for each device it may register."""


class Publication(msgspec.Struct, frozen=True):
    """One publication, complete enough to outlive the process; moments are milliseconds UTC."""

    number: str
    etag: str
    expires_at_ms: int
    presence: Presence


class Publications:
    """All publications, by extension; expiry is told by `deadline_ms` and done by `tick`."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Publication, ...]] = {}
        self._agenda: Agenda[str] = Agenda()

    def __len__(self) -> int:
        """How many publications there are."""
        return sum(map(len, self._held.values()))

    @property
    def deadline_ms(self) -> int | None:
        """When `tick` is next due; it may then find nothing to do."""
        return self._agenda.next_ms

    def of(self, number: str) -> tuple[Publication, ...]:
        """What an extension publishes, the newest last."""
        return self._held.get(number, ())

    def numbers(self) -> list[str]:
        """Extensions with at least one publication."""
        return list(self._held)

    def restore(self, publications: Iterable[Publication], now_ms: int) -> None:
        """Take back what was stored before a restart, without what expired since."""
        for each in publications:
            if each.expires_at_ms > now_ms:
                self._put(each.number, (*self.of(each.number), each))

    def publish(
        self,
        number: str,
        presence: Presence | None,
        *,
        if_match: str | None,
        expires_s: int,
        etag: str,
        now_ms: int,
    ) -> Publication:
        """Carry out one PUBLISH (§6); 0 seconds remove it.

        Args:
            number: the extension that publishes.
            presence: the body's content, None when there is no body.
            if_match: the entity-tag of SIP-If-Match.
            expires_s: what is granted.
            etag: the new entity-tag.
            now_ms: the present moment.

        Returns:
            What now stands, or with its expiry now, what is gone.

        Raises:
            RemoteProtocolError: 412 for a tag nobody knows, 400 for an initial one without a body,
                403 for one too many.
        """
        held = list(self.of(number))
        if if_match is None:
            if presence is None:  # §6, step 5: an initial one brings its state
                raise RemoteProtocolError(400, "Missing Body")
            if len(held) >= MOST_OF_ONE:
                raise RemoteProtocolError(403, "Too Many Publications")
        else:
            place = next((at for at, each in enumerate(held) if each.etag == if_match), None)
            if place is None:
                raise RemoteProtocolError(412)
            replaced = held.pop(place)
            presence = replaced.presence if presence is None else presence
        new = Publication(number, etag, now_ms + expires_s * 1000, presence)
        if expires_s:
            held.append(new)
        self._put(number, tuple(held))
        return new

    def remove(self, number: str) -> None:
        """Drop what an extension that is gone has published."""
        self._put(number, ())

    def tick(self, now_ms: int) -> list[str]:
        """Let publications expire; tells whose."""
        changed = []
        for number in self._agenda.due(now_ms):
            held = self.of(number)
            kept = tuple(each for each in held if each.expires_at_ms > now_ms)
            self._put(number, kept)
            if len(kept) < len(held):
                changed.append(number)
        return changed

    def _put(self, number: str, held: tuple[Publication, ...]) -> None:
        if not held:
            self._held.pop(number, None)
            self._agenda.drop(number)
            return
        self._held[number] = held
        self._agenda.put(number, min(each.expires_at_ms for each in held))
