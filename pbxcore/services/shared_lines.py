"""Shared lines, between the calls and the phones that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.packages.call_info import CallInfoPackage, LineSeizePackage, asked_index

if TYPE_CHECKING:
    from pbxcore.calls.appearances import Appearances
    from pbxcore.directory import Directory
    from pbxcore.presence.packages.call_info import Appearance
    from pbxcore.services.subscriptions import SubscriptionService
    from pbxcore.sip.message import Request


class SharedLines:
    """Tells every place of a line of the line's calls, and lets one have a line to dial on."""

    def __init__(self, directory: Directory, subscriptions: SubscriptionService) -> None:
        self._directory, self._subscriptions = directory, subscriptions
        self._appearances: Appearances | None = None
        subscriptions.admit = self._admit

    def follow(self, appearances: Appearances) -> None:
        """Show these."""
        self._appearances = appearances
        appearances.changed = self.changed
        appearances.released = self._released

    def of(self, number: str) -> tuple[Appearance, ...]:
        """What the line of a number does."""
        if self._appearances is None:
            return ()
        return self._appearances.of(self._directory.line_of(number))

    def changed(self, line: str) -> None:
        """A line does something else."""
        for each in self._directory.numbers_of(line):
            self._subscriptions.changed(each, CallInfoPackage.name)

    def _admit(self, package: bytes, watcher: str, request: Request, expires_s: int) -> None:
        """A phone wants an appearance, or does not any more.

        Raises:
            RemoteProtocolError: 480: it is not free.
        """
        if package != LineSeizePackage.name or self._appearances is None:
            return
        line = self._directory.line_of(watcher)
        if not expires_s:
            self._appearances.let_go(line, watcher)
        elif not self._appearances.seize(line, watcher, asked_index(request)):
            raise RemoteProtocolError(480, "Line In Use")

    def _released(self, _line: str, location: str) -> None:
        self._subscriptions.end(LineSeizePackage.name, location)
