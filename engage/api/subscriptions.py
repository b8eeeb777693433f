"""What a program listens to on its socket. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVENTS: Final = (
    *("ExtensionStatus", "ActiveCallStatus", "PbxStatus", "TrunkStatus", "PresenceStatus"),
    *("VoiceMailStatus", "CallQueueStatus", "ConferenceStatus", "ResourceUsageStatus"),
    *("InterfaceStatus", "EquipmentCapacityStatus", "ConfigReloadStatus", "ZCFoundStatus"),
)
"""The last four may be subscribed to and are never told: they are of a device's own hardware."""
NAMES: Final = {each.lower(): each for each in _EVENTS}
MOST: Final = 1_000


class UnknownEvent(ValueError):
    """There is no event of that name, or its filter is none."""


@dataclass(slots=True)
class Subscriptions:
    """Events by name; those of extensions may be for some numbers only.

    `_wanted` holds for each event which numbers it is wanted of: a range each, None for all.
    """

    _wanted: dict[str, dict[str, tuple[str, str] | None]] = field(default_factory=dict)

    def add(self, texts: Iterable[str]) -> set[str]:
        """Listen to these (`ExtensionStatus`, `…/2006`, `…/2005~2007`); returns the events.

        Raises:
            UnknownEvent: one of them is none: then nothing has changed.
        """
        found = [(text, *_read(text)) for text in texts]
        for text, name, numbers in found:
            if sum(map(len, self._wanted.values())) >= MOST:
                raise UnknownEvent(text)
            self._wanted.setdefault(name, {})[text.lower()] = numbers
        return {name for _, name, _ in found}

    def remove(self, texts: Iterable[str]) -> None:
        """Listen to these no more; a bare name ends all of its filters.

        Raises:
            UnknownEvent: one of them is none: then nothing has changed.
        """
        for text, name, numbers in [(text, *_read(text)) for text in texts]:
            if numbers is None:
                self._wanted.pop(name, None)
            else:
                self._wanted.get(name, {}).pop(text.lower(), None)

    def wants(self, name: str, number: str = "") -> bool:
        """Whether an event is to be told, of this extension where it is one's."""
        ranges = self._wanted.get(name, {}).values()
        return any(each is None or not number or _within(number, *each) for each in ranges)


def _read(text: str) -> tuple[str, tuple[str, str] | None]:
    name, slash, numbers = text.strip().partition("/")
    known = NAMES.get(name.lower())
    if known is None:
        raise UnknownEvent(text)
    if not slash:
        return known, None
    low, tilde, high = numbers.partition("~")
    high = high if tilde else low
    if not (low.isascii() and low.isalnum() and high.isascii() and high.isalnum()):
        raise UnknownEvent(text)
    return known, (low, high)


def _within(number: str, low: str, high: str) -> bool:
    if number.isdigit() and low.isdigit() and high.isdigit():
        return int(low) <= int(number) <= int(high)
    return low <= number <= high
