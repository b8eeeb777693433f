"""Calls that are not taken where they went: forwards, people who are looked for, mailboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.hunting import Search
from pbxcore.calls.party import Farewell, refused
from pbxcore.dialplan.place import Place
from pbxcore.sip.forwarding import (
    MOST_FORWARDINGS,
    Forwarding,
    diversion_lines,
    for_strangers,
    history_lines,
    may_forward,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.directory import Trunk
    from pbxcore.features.model import Case

RINGING_KINDS = ("extension", "ring_group", "external")
"""The kinds of places that ring, by their numbers."""
_BUSY: Final = (486, 600, 603)
"""Whoever declines a call is busy with something else."""
_ABSENT: Final = (404, 408, 410, 480)
"""And every 5xx: what ails a phone need not stop who calls."""
_MOST_REDIRECTED: Final = 10
"""So many addresses that redirections name are tried in one search."""


class Diverting:
    """Sends one search on, as whoever was called wants it."""

    def __init__(self, setting_up: SettingUp) -> None:
        self._setting_up = setting_up
        self._context = setting_up.context
        self._searched: set[str] = set()
        """Those who were looked for already."""
        self._others: list[tuple[str, str, int]] = []
        """Whom redirections named besides: by whom, the number, and the forwardings by then."""
        self._redirected = 0

    def redirected(self, number: str, targets: Sequence[str]) -> None:
        """A phone names others, the best first; each is tried when those before it fail (§8.1.3.4).

        RFC 3261 §16.5 has a proxy do the same.
        """
        here = len(self._setting_up.forwardings)
        targets = targets[: _MOST_REDIRECTED - self._redirected]
        self._redirected += len(targets)
        self._others[:0] = [(number, each, here) for each in targets]
        if not self.next(refused(482, "pbx")):
            self._setting_up.fail(refused(482, "pbx"))

    def next(self, farewell: Farewell) -> bool:
        """Whether a redirection named one more, who is tried now; a 6xx speaks for all."""
        search = self._setting_up
        if farewell.status >= 600 or search.front.over or not self._others:
            return False
        number, target, here = self._others.pop(0)
        del search.forwardings[here:]
        self.to(number, Place("external", target), "deflection")
        return True

    def turned_down(self, number: str, farewell: Farewell) -> None:
        """The phones of an extension refuse a call; what speaks of the call itself is told."""
        if farewell.status in _BUSY:
            self.busy(number, farewell)
        elif farewell.status in _ABSENT or farewell.status // 100 == 5:
            self.absent(number, farewell)
        else:
            self._setting_up.fail(farewell)

    def busy(self, number: str, farewell: Farewell) -> None:
        """An extension is busy."""
        self._forward(number, "busy", "user-busy", farewell)

    def absent(self, number: str, farewell: Farewell) -> None:
        """Nobody answers there, or no phone can be reached."""
        self._forward(number, "no_answer", "no-answer", farewell)

    def to_mailbox(self, number: str, why: str, farewell: Farewell) -> None:
        """Go to the mailbox of an extension, if it has one."""
        if self._context.facilities.post.has_box(number):
            self.to(number, Place("voicemail", number), why)
        else:
            self._setting_up.fail(farewell)

    def to(self, number: str, place: Place, reason: str) -> None:
        """Go to somebody else, unless the call was there before (RFC 3261 §16.6 knows loops)."""
        search, address_of = self._setting_up, self._context.address_of
        flow = search.front.flow
        search.forwardings.append(Forwarding(address_of(number, flow), reason))
        target = address_of(place.value or place.kind, flow)
        most = MOST_FORWARDINGS + 1  # this one is among them already
        if place.kind in RINGING_KINDS and not may_forward(search.forwardings, target, most=most):
            search.fail(refused(482, "pbx"))
            return
        search.act_for(number)
        search.front.ring(181)
        search.go_to_place(place, "forward")

    def _forward(self, number: str, case: Case, why: str, farewell: Farewell) -> None:
        """Go where an extension wants its calls to go in that case, or tell that it is so."""
        search, handling = self._setting_up, self._context.handling
        extension = self._context.directory.extension(number)
        if extension is None:
            search.fail(farewell)
            return
        follow_me = handling.follow_me(extension)
        if to := handling.forwarding(extension, case, search.shown):
            self.to(number, to.place, why)
        elif case == "no_answer" and follow_me and number not in self._searched:
            self._searched.add(number)
            search.act_for(number)
            search.front.ring(181)
            search.hunt(Search(self._context, number, follow_me, search.front.number), farewell)
        else:
            self.to_mailbox(number, why, farewell)


def history(search: SettingUp, number: str) -> tuple[bytes, ...]:
    """How a call came to a number, in both ways of saying it (RFC 5806, RFC 7044)."""
    if not search.forwardings:
        return ()
    target = search.context.address_of(number, search.front.flow)
    told = for_strangers(search.forwardings)
    return (*diversion_lines(told), *history_lines(told, target))


def history_outside(
    trunk: Trunk, forwardings: Sequence[Forwarding], target: bytes
) -> tuple[bytes, ...]:
    """How a call came to a number outside, in what the provider reads."""
    if not forwardings:
        return ()
    told = forwardings if trunk.identity == "asserted" else for_strangers(forwardings)
    lines: list[bytes] = []
    if trunk.forwarding in ("diversion", "both"):
        lines += diversion_lines(told)
    if trunk.forwarding in ("history-info", "both"):
        lines += history_lines(told, target)
    return tuple(lines)
