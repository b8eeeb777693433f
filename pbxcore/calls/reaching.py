"""At which phones an extension is reached: its own, those of its line, those its user sits at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.presence.reach import phones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.context import CallContext
    from pbxcore.directory import Extension
    from pbxcore.presence.bindings import StoredBinding

    Reached = tuple[Extension, Sequence[StoredBinding]]


def phones_of(context: CallContext, called: Extension, device: str = "") -> list[Reached]:
    """The phones that ring for an extension or for one place of its line.

    With `device` that one alone rings (RFC 5627). A line that is at one place at a time rings
    there alone while it has a call.
    """
    found: list[Reached] = [
        (place, flows)
        for place in _places(context, called)
        for flows in phones(context.bindings(place.number), asleep=True)
    ]
    if device:
        return [each for each in found if each[1][0].instance == device]
    shared = called.shared
    if shared is not None and not shared.many_calls:
        busy = {each.location for each in context.lines.of(called.number) if each.answered}
        return [each for each in found if each[0].number in busy] if busy else found
    return found


def _places(context: CallContext, called: Extension) -> list[Extension]:
    """Where to look for bindings: the extension at each of its numbers."""
    directory = context.directory
    shared = directory.owner(called).shared
    rings = [each.number for each in shared.locations if each.terminates] if shared else []
    if called.line:
        return [called] if called.number in rings else []
    desks = filter(None, map(directory.extension, context.desks.of(called.number)))
    sat_at = (called.at(each) for each in desks if each.handling.is_desk)
    return [called, *filter(None, map(directory.extension, rings)), *sat_at]
