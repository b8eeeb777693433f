"""What came of an input to the registrar: what stands now, and what is new or gone."""

from __future__ import annotations

import msgspec

from pbxcore.presence.bindings import StoredBinding


class Removed(msgspec.Struct, frozen=True):
    """A binding that is gone, and why: `unregistered`, `expired`, `lost`, `replaced` or `removed`.

    `lost`: the connection that it hung on broke, and the phone did not come back.
    """

    binding: StoredBinding
    cause: str


class Outcome(msgspec.Struct, frozen=True):
    """What came of an input: all bindings of the number now, and what changed.

    `added` are new bindings and those that moved to another source; a mere refresh is in neither
    list.
    """

    number: str
    bindings: tuple[StoredBinding, ...]
    added: tuple[StoredBinding, ...] = ()
    removed: tuple[Removed, ...] = ()
    changed: bool = False


def difference(
    number: str,
    before: tuple[StoredBinding, ...],
    after: tuple[StoredBinding, ...],
    causes: dict[str, str],
) -> Outcome:
    """Tell what is new or moved, and what is gone and why."""
    if len(before) == len(after) == 1 and _stays(before[0], after[0]):
        return Outcome(number, after, changed=True)  # the usual refresh
    old = {_key(each): each for each in before}
    contacts = {each.contact for each in after}
    added = tuple(
        each for each in after if (was := old.get(_key(each))) is None or not _stays(was, each)
    )
    gone = {each.contact: each for each in before if each.contact not in contacts}
    removed = tuple(
        Removed(each, causes.get(contact, "replaced")) for contact, each in gone.items()
    )
    return Outcome(number, after, added, removed, changed=True)


def _key(binding: StoredBinding) -> tuple[str, str, int]:
    """What tells a binding from the others of its number; two flows may have one contact."""
    return binding.contact, binding.instance, binding.reg_id


def _stays(was: StoredBinding, now: StoredBinding) -> bool:
    return (
        was.contact == now.contact
        and was.source == now.source
        and was.transport == now.transport
        and was.origin == now.origin
    )
