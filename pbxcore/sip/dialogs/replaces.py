"""Replaces: an INVITE that takes the place of a dialog (RFC 3891 §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from pbxcore.errors import RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.dialogs.dialog import DialogId
    from pbxcore.sip.headers.dialog_reference import DialogReference


class Replaceable(Protocol):
    """What a dialog must tell to be replaced."""

    @property
    def early(self) -> bool:
        """Whether it has no 2xx yet."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it is over, and still remembered."""
        ...

    @property
    def called_by_us(self) -> bool:
        """Whether we sent its INVITE."""
        ...


Usage = TypeVar("Usage", bound=Replaceable)


def replaced(reference: DialogReference, find: Callable[[DialogId], Usage | None]) -> Usage:
    """The call an INVITE with Replaces is to take the place of.

    Args:
        reference: what Replaces says; `to-tag` is ours.
        find: gives the call of a dialog, None when we know none.

    Raises:
        RemoteProtocolError: 481: no such dialog, or an early one we did not begin; 603: it has
            ended; 486: it is answered, and only an early one was to be replaced.
    """
    # A tag of `0` also stands for none, of a peer older than RFC 3261.
    tags = [(reference.to_tag, reference.from_tag)]
    if reference.from_tag == b"0":
        tags.append((reference.to_tag, b""))
    found = next(
        (call for ours, theirs in tags if (call := find((reference.call_id, ours, theirs)))), None
    )
    if found is None:
        raise RemoteProtocolError(481)
    if found.ended:
        raise RemoteProtocolError(603)
    if found.early and not found.called_by_us:
        raise RemoteProtocolError(481)
    if not found.early and reference.early_only:
        raise RemoteProtocolError(486)
    return found
