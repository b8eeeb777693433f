"""The other end of one dialog: requests to it, whatever the dialog is used for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.agent.errand import Errand

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.core import Core
    from pbxcore.sip.dialogs.dialog import Dialog, Draft
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.message import Response


class Peer:
    """A dialog, and the flow it is spoken on now."""

    def __init__(self, core: Core, dialog: Dialog, flow: Flow) -> None:
        self.core = core
        self.dialog = dialog
        self.flow = flow
        self.attempts: Attempts | None = None
        """Answers this peer's challenges; None: the core's do."""
        self.focus = b""
        """The user part of the conference that we are to the peer; empty for none."""

    def contact(self, flow: Flow) -> bytes:
        """The Contact line of what we answer in this dialog."""
        return self.core.contact(flow, secure=self.dialog.secure, focus=self.focus)

    def draft(self, method: bytes, *, cseq: int | None = None) -> Draft:
        """Begin a request within the dialog; ACK names the CSeq number it belongs to."""
        return self.core.router.retargeted(self.dialog.draft(method, cseq=cseq))

    def errand(
        self,
        method: bytes,
        heard: Callable[[int, Response | None], None],
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
    ) -> Errand:
        """A request within the dialog, not started yet."""
        return Errand(
            self.core,
            method,
            lambda: self.draft(method),
            heard,
            lines=lines,
            body=body,
            last=self.flow,
            attempts=self.attempts,
            focus=self.focus,
        )

    def ask(
        self,
        method: bytes,
        heard: Callable[[int, Response | None], None],
        lines: tuple[bytes, ...] = (),
        body: bytes = b"",
    ) -> None:
        """Send a request other than INVITE within the dialog; `heard` gets its final status."""
        self.errand(method, heard, lines, body).start()
