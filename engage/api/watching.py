"""What programs are told as it happens: calls that are up, extensions, the PBX as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.channels import bridged, unbridged
from engage.api.standing import status_of
from engage.api.subscriptions import CALLS, EXTENSIONS, PBX
from engage.calls.events import CallsChanged
from engage.telephony.events import DevicesChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engage.api.channels import Words
    from engage.calls.model import OpenCall
    from engage.events import Events

    Listener = Callable[[str, list[dict[str, Any]]], None]

Row = dict[str, Any]


class Watching:
    """Tells each listener what is different, event by event.

    Args:
        events: says when something may be.
        live: the calls that are up.
        numbers: every extension.
        words: how channels are written.
    """

    def __init__(
        self,
        events: Events,
        live: Callable[[], list[OpenCall]],
        numbers: Callable[[], Iterable[str]],
        words: Words,
    ) -> None:
        self._live, self._numbers, self._words = live, numbers, words
        self._listeners: list[Listener] = []
        self._registered: dict[str, int] = {}
        self._extensions: dict[str, str] = {}
        self._channels: dict[tuple[str, ...], Row] = {}
        self._pbx: dict[str, int] = {}
        events.listen(CallsChanged, lambda _: self._look())
        events.listen(DevicesChanged, self._device)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell this one from now on; returns what ends it."""
        if not self._listeners:
            self._look()  # nobody asked before: what is different since then is no news
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def present(self, event: str) -> list[Row]:
        """How it stands, for somebody who begins to listen."""
        self._look()
        if event == EXTENSIONS:
            return [_extension(number, status) for number, status in self._extensions.items()]
        if event == CALLS:
            return [row | {"action": "add"} for row in self._channels.values()]
        return [dict(self._pbx)] if event == PBX else []

    def _device(self, changed: DevicesChanged) -> None:
        self._registered[changed.number] = changed.count
        self._look()

    def _look(self) -> None:
        """Compare how it stands with how it stood, and tell what is different."""
        calls = self._live()
        was, self._extensions = self._extensions, self._statuses(calls)
        changed = [
            _extension(number, status)
            for number, status in self._extensions.items()
            if was.get(number) != status
        ]
        self._tell(EXTENSIONS, changed)
        before, self._channels = self._channels, self._rows(calls)
        self._tell(CALLS, _differences(before, self._channels))
        known, self._pbx = self._pbx, self._figures(calls)
        figures = {name: value for name, value in self._pbx.items() if known.get(name) != value}
        self._tell(PBX, [figures] if figures else [])

    def _tell(self, event: str, rows: list[Row]) -> None:
        if rows:
            for each in list(self._listeners):
                each(event, rows)

    def _statuses(self, calls: list[OpenCall]) -> dict[str, str]:
        has_phone = self._registered.get
        return {
            number: status_of(number, calls, registered=bool(has_phone(number)))
            for number in self._numbers()
        }

    def _rows(self, calls: list[OpenCall]) -> dict[tuple[str, ...], Row]:
        found: dict[tuple[str, ...], Row] = {}
        for row in bridged(calls, self._words):
            found[row["channel1"], row["channel2"]] = {"chantype": "bridge", **row}
        for row in unbridged(calls, self._words):
            found[row["channel"],] = {"chantype": "unbridge", **row}
        return found

    def _figures(self, calls: list[OpenCall]) -> dict[str, int]:
        return {
            "calls_num": len(calls),
            "extension_register": sum(1 for count in self._registered.values() if count),
        }


def _extension(number: str, status: str) -> Row:
    return {"extension": number, "status": status}


def _differences(
    before: Mapping[tuple[str, ...], Row], now: Mapping[tuple[str, ...], Row]
) -> list[Row]:
    """Those that are gone come first, for a channel may go on in another pair."""
    gone = [_gone(row) for key, row in before.items() if key not in now]
    new = [row | {"action": "add"} for key, row in now.items() if key not in before]
    other = [row | {"action": "update"} for key, row in now.items() if before.get(key, row) != row]
    return [*gone, *new, *other]


def _gone(row: Row) -> Row:
    names = ("channel1", "channel2") if row["chantype"] == "bridge" else ("channel",)
    return {"chantype": row["chantype"], "action": "delete", **{each: row[each] for each in names}}
