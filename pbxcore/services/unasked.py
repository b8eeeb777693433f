"""NOTIFYs that no phone subscribed to: what waits in its mailbox, and check-sync."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pbxcore.presence.packages.check_sync import check_sync_lines
from pbxcore.presence.packages.message_summary import CONTENT_TYPE, MessageSummary, write_summary
from pbxcore.presence.push import is_same_phone
from pbxcore.presence.reach import phones, way_to
from pbxcore.services.notices import Notice, Written
from pbxcore.sip.uri import escaped_user

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.commands import CheckSync
    from pbxcore.directory import Directory, Mailbox
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.notifier import Notifier
    from pbxcore.presence.outcome import Outcome
    from pbxcore.presence.registrar import Registrar
    from pbxcore.services.notices import Notices

_NO_SUBSCRIPTION = b"Subscription-State: terminated;reason=noresource"


class Unasked:
    """Tells phones what they did not ask for; who subscribed to his mailbox is told by that."""

    def __init__(
        self,
        directory: Directory,
        registrar: Registrar,
        notifier: Notifier,
        notices: Notices,
        *,
        waiting: Callable[[str], Mailbox],
        wake: Callable[[Sequence[StoredBinding], Callable[[bool], None]], bool],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._registrar = registrar
        self._notifier = notifier
        self._notices = notices
        self._waiting = waiting
        self._wake = wake
        self._entropy = entropy

    def registered(self, outcome: Outcome) -> None:
        """A phone registered, for the first time or again: its lamp is put right."""
        added = outcome.added
        if not added and outcome.bindings and not outcome.removed:
            added = (max(outcome.bindings, key=lambda each: each.registered_at_ms),)
        for each in added:
            if self._is_told(each):
                self._tell_mailbox(each)

    def mailbox_changed(self, number: str) -> None:
        """Another number of messages waits in an extension's mailbox.

        A phone that sleeps is woken (RFC 8599), and told as it registers.
        """
        for flows in phones(self._registrar.of(number), asleep=True):
            phone = flows[0]
            if self._is_told(phone) and not self._wake((phone,), lambda _: None):
                self._tell_mailbox(phone)

    def check_sync(self, command: CheckSync, told: Callable[[int], None]) -> None:
        """Ask a device to fetch its configuration; `told` hears the status of its answer."""
        held = self._registrar.of(command.number)
        binding = next((each for each in held if each.contact == command.contact), None)
        if binding is None:
            told(480)
            return
        lines = check_sync_lines(reboot=command.reboot)

        def go_on(awake: bool) -> None:
            found = self._awake(binding) if awake else None
            if found is None:
                told(480)
            else:
                self._send(found, lines, None, lambda status, _: told(status))

        if not self._wake((binding,), go_on):
            self._send(binding, lines, None, lambda status, _: told(status))

    def _awake(self, slept: StoredBinding) -> StoredBinding | None:
        """A phone where it has registered since: maybe by another contact."""
        held = self._registrar.of(slept.number)
        found = phones(each for each in held if is_same_phone(each, slept))
        return found[0][0] if found else None

    def _is_told(self, phone: StoredBinding) -> bool:
        """Whether a phone hears of its mailbox unasked: not if it has subscribed to it."""
        extension = self._directory.extension(phone.number)
        if extension is None or not self._directory.settings.unsolicited_mwi:
            return False
        contact = phone.contact.encode()
        watching = self._notifier.watching(MessageSummary.name, phone.number)
        return not any(
            each.source == phone.source or each.dialog.remote_target == contact for each in watching
        )

    def _tell_mailbox(self, binding: StoredBinding) -> None:
        lines = [
            b"Event: " + MessageSummary.name,
            _NO_SUBSCRIPTION,
            b"Content-Type: " + CONTENT_TYPE,
        ]
        self._send(binding, lines, self._waiting(binding.number), lambda *_: None)

    def _send(
        self,
        binding: StoredBinding,
        lines: list[bytes],
        mailbox: Mailbox | None,
        done: Callable[[int, int | None], None],
    ) -> None:
        way = way_to(binding)
        if way is None:
            done(480, None)
            return
        identity = self._entropy(20).hex().encode()
        user, numbers = escaped_user(binding.number), count(1)
        domains = self._directory.settings.domains

        def draft(here: bytes) -> Written:
            host = domains[0].encode() if domains else here.removesuffix(b":5060")
            us = b"sip:%b@%b" % (user, host)
            head = (
                *way.routes,
                b"Max-Forwards: 70",
                b"From: <%b>;tag=%b" % (us, identity[24:]),
                b"To: <%b>" % us,
                b"Call-ID: " + identity[:24],
                b"CSeq: %d NOTIFY" % next(numbers),
                *lines,
            )
            body = b"" if mailbox is None else write_summary(mailbox, us.decode())
            return Written(way.uri, head, body)

        self._notices.send(Notice(way.target, binding.number, binding.number, draft), done)
