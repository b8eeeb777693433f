"""Many dialogs: those one INVITE brought forth, and all that there are (RFC 3261 §12, §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address
from pbxcore.sip.dialogs.dialog import Dialog, DialogId, dialog_of_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.sip.message import Request, Response

Usage = TypeVar("Usage")

MOST_FORKS: Final = 64
"""Dialogs one INVITE may bring forth; what a peer invents beyond is not heard."""


class DialogSet:
    """The dialogs of one INVITE we sent: same Call-ID, same local tag, a remote tag each.

    Every branch that answered is in it, so that a second 2xx is seen as another dialog and not as a
    repetition of the first.
    """

    __slots__ = ("_dialogs", "_invite", "_secure")

    def __init__(self, invite: Request, *, secure: bool = False) -> None:
        self._invite = invite
        self._secure = secure
        self._dialogs: dict[bytes, Dialog] = {}

    def __iter__(self) -> Iterator[Dialog]:
        return iter(list(self._dialogs.values()))

    def __len__(self) -> int:
        return len(self._dialogs)

    def receive(self, response: Response) -> Dialog | None:
        """The dialog a 1xx or 2xx belongs to, made when it is its first; None when it makes none.

        Raises:
            RemoteProtocolError: 400: its To, Contact or Record-Route is malformed.
        """
        tag = parse_address(response.get(b"to") or b"").tag
        if response.status == 100 or response.status >= 300:
            return None
        if tag is None and response.status < 200:
            return None  # no dialog without a tag (§12.1); a 2xx without is RFC 2543's
        known = self._dialogs.get(tag or b"")
        if known is None:
            if len(self._dialogs) >= MOST_FORKS:
                return None
            known = dialog_of_response(self._invite, response, secure=self._secure)
            self._dialogs[known.remote_tag] = known
        elif known.early and response.status >= 200:
            known.confirm(response)
        elif known.early:
            known.refresh(response)
        return known

    def drop(self, dialog: Dialog) -> None:
        """Forget a dialog that ended."""
        self._dialogs.pop(dialog.remote_tag, None)


class Dialogs(Generic[Usage]):
    """All dialogs of a user agent and what each is used for."""

    __slots__ = ("_usages",)

    def __init__(self) -> None:
        self._usages: dict[DialogId, Usage] = {}

    def __len__(self) -> int:
        return len(self._usages)

    def __iter__(self) -> Iterator[Usage]:
        return iter(list(self._usages.values()))

    def add(self, dialog: Dialog, usage: Usage) -> None:
        """Know a dialog by its identifier."""
        self._usages[dialog.id] = usage

    def drop(self, dialog: Dialog) -> None:
        """Forget it; requests in it get 481 from here on."""
        self._usages.pop(dialog.id, None)

    def get(self, key: DialogId) -> Usage | None:
        """What the dialog is used for, None for one we do not know."""
        return self._usages.get(key)

    def find(self, key: DialogId) -> Usage:
        """The same for a request that must be in a dialog.

        Raises:
            RemoteProtocolError: 481: there is no such dialog (§12.2.2).
        """
        usage = self._usages.get(key)
        if usage is None:
            raise RemoteProtocolError(481)
        return usage
