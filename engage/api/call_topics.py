"""What programs are told of calls: legs and pairs, extensions, conferences, the PBX as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.api.channels import bridged, unbridged
from engage.api.standing import busy, status_of
from engage.api.topics import Topic, changed_figures
from engage.calls.events import CallsChanged
from engage.people.events import ExtensionsDropped, ExtensionsSaved
from engage.telephony.events import DevicesChanged, StandingsChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from engage.api.channels import Words
    from engage.api.topics import Row
    from engage.calls.model import Leg, OpenCall
    from engage.events import Events
    from engage.telephony.standings import Standings


class CallTopics:
    """What calls and phones come to.

    Args:
        events: say which phones are registered.
        live: the calls that are up.
        numbers: every extension.
        words: how channels are written.
        standings: how trunks stand, and whom the PBX shuts out.
        cleans: whether what is old is removed by itself.
    """

    def __init__(
        self,
        events: Events,
        live: Callable[[], list[OpenCall]],
        numbers: Callable[[], Iterable[str]],
        words: Words,
        standings: Standings,
        cleans: Callable[[], bool],
    ) -> None:
        self._live, self._numbers, self._words = live, numbers, words
        self._standings, self._cleans = standings, cleans
        self._registered: dict[str, int] = {}
        events.listen(DevicesChanged, self._device)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What there is to listen to."""
        phones = (CallsChanged, DevicesChanged, ExtensionsSaved, ExtensionsDropped)
        return (
            Topic("ExtensionStatus", self.extensions, phones),
            Topic("ActiveCallStatus", self.channels, (CallsChanged,), differences),
            Topic("ConferenceStatus", self.conferences, (CallsChanged,)),
            Topic(
                "PbxStatus",
                self.figures,
                (CallsChanged, DevicesChanged, StandingsChanged),
                changed_figures,
                self._standings.refresh,
                listed=False,
            ),
        )

    def extensions(self) -> Mapping[Hashable, Row]:
        """Each extension, and what it does."""
        doing, has_phone = busy(self._live()), self._registered.get
        return {
            number: {
                "extension": number,
                "status": status_of(number, doing, registered=bool(has_phone(number))),
            }
            for number in self._numbers()
        }

    def channels(self) -> Mapping[Hashable, Row]:
        """Pairs that talk, and legs that are alone."""
        calls = self._live()
        found: dict[Hashable, Row] = {
            (row["channel1"], row["channel2"]): {"chantype": "bridge", **row}
            for row in bridged(calls, self._words)
        }
        for row in unbridged(calls, self._words):
            found[row["channel"],] = {"chantype": "unbridge", **row}
        return found

    def conferences(self) -> Mapping[Hashable, Row]:
        """Each room that somebody is in, and who is there."""
        rooms: dict[str, list[str]] = {}
        for call, stay in self._stays("conference"):
            visitor = call.legs.get(stay.name.partition("/")[0])
            rooms.setdefault(stay.party, []).append(visitor.party if visitor else "")
        return {
            room: {"extension": room, "participants": len(there), "members": ",".join(there)}
            for room, there in rooms.items()
        }

    def figures(self) -> Mapping[Hashable, Row]:
        """The PBX as a whole."""
        calls, states = self._live(), list(self._standings.trunks.values())
        figures = {
            "calls_num": len(calls),
            "extension_register": sum(1 for count in self._registered.values() if count),
            "meetroom_inuse": len({stay.party for _, stay in self._stays("conference")}),
            "parking_inuse": sum(1 for _ in self._stays("parking")),
            "fail2ban": len(self._standings.banned),
            "dynamic_defense": len(self._standings.banned),  # one list for both
            "auto_clean": "yes" if self._cleans() else "no",
            "regular_backup": "no",  # backups are made by `engage backup`, whoever calls it
            "trunk_total": len(states),
            "trunk_available": sum(1 for each in states if each in ("registered", "reachable")),
        }
        return {None: figures}

    def _stays(self, action: str) -> Iterator[tuple[OpenCall, Leg]]:
        for call in self._live():
            for leg in call.legs.values():
                if leg.is_up and leg.role == "service" and leg.action == action:
                    yield call, leg

    def _device(self, changed: DevicesChanged) -> None:
        self._registered[changed.number] = changed.count


def differences(before: Mapping[Hashable, Row], now: Mapping[Hashable, Row]) -> list[Row]:
    """Those that are gone come first, for a channel may go on in another pair."""
    gone = [_gone(row) for key, row in before.items() if key not in now]
    new = [row | {"action": "add"} for key, row in now.items() if key not in before]
    other = [row | {"action": "update"} for key, row in now.items() if before.get(key, row) != row]
    return [*gone, *new, *other]


def _gone(row: Row) -> Row:
    names = ("channel1", "channel2") if row["chantype"] == "bridge" else ("channel",)
    return {"chantype": row["chantype"], "action": "delete", **{each: row[each] for each in names}}
