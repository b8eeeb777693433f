"""The registered phones: kept over a restart, told of, and asked whether they are there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pbxcore.commands import Bindings, BindingView
from pbxcore.journal import BindingAdded, BindingQualified, BindingRemoved

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.presence.bindings import BindingStore, StoredBinding
    from pbxcore.presence.outbound import FlowKey
    from pbxcore.presence.outcome import Outcome, Removed
    from pbxcore.presence.qualification import Qualification
    from pbxcore.presence.registrar import Registrar

log = logging.getLogger(__name__)

_MISSED = ("expired", "lost")


class Phones:
    """What becomes of bindings, for everybody else.

    Args:
        directory: which extensions there are, and how often their phones are asked.
        registrar: who is registered.
        qualification: who answers.
        store: keeps bindings over a restart.
        record: takes each fact for the journal.
        now_ms: milliseconds UTC.
    """

    def __init__(
        self,
        directory: Directory,
        registrar: Registrar,
        qualification: Qualification,
        *,
        store: BindingStore,
        record: Callable[[Fact], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._directory = directory
        self._registrar = registrar
        self._qualification = qualification
        self._store = store
        self._record = record
        self._now_ms = now_ms
        self.qualifiable: Callable[[], None] | None = None
        """Called when somebody may have to be asked earlier than was known."""
        self.watched: Callable[[Outcome], None] | None = None
        """Called with each change and each refresh of an extension's bindings."""

    def load(self) -> None:
        """Take the bindings of before the restart."""
        self._registrar.restore(self._store.load(), self._now_ms())
        self.refresh()

    def changed(self, outcome: Outcome) -> None:
        """Keep and tell what became of an extension's bindings."""
        self._store.save(outcome.number, outcome.bindings)
        for removed in outcome.removed:
            self._gone(removed)
        for each in outcome.added:
            if each.device:
                continue  # a browser is no phone: Wave shows by its own socket that it is there
            self._record(
                BindingAdded(
                    each.number,
                    each.contact,
                    each.user_agent,
                    each.source,
                    each.transport,
                    each.expires_at_ms,
                )
            )
        if outcome.added or outcome.removed:
            self._qualify(outcome.number, outcome.bindings)
        if self.watched is not None:
            self.watched(outcome)

    def revoked(self, tag: str) -> None:
        """A browser has signed out."""
        for outcome in self._registrar.remove_device(tag):
            self.changed(outcome)

    def lost(self, flow: FlowKey) -> None:
        """A connection is gone."""
        for outcome in self._registrar.lose(flow, self._now_ms()):
            self.changed(outcome)

    def tick(self) -> None:
        """Let bindings expire."""
        for outcome in self._registrar.tick(self._now_ms()):
            self.changed(outcome)

    def refresh(self) -> None:
        """The directory changed: drop the bindings of extensions that are gone, ask as it says."""
        if self._directory.version < 0:
            return  # without a directory nobody is a stranger
        for number in list(self._registrar.numbers()):
            if self._directory.extension(number) is None:
                self.changed(self._registrar.remove(number))
            else:
                self._qualify(number, self._registrar.of(number))

    def qualified(self, binding: StoredBinding, status: int, took_ms: float) -> None:
        """Take a phone's answer to OPTIONS, or its silence."""
        now_ms = self._now_ms()
        if not self._qualification.answered(binding, status, took_ms, now_ms):
            return
        reachable = status not in (408, 503)
        log.log(
            logging.INFO if reachable else logging.WARNING,
            "phone answers again" if reachable else "phone does not answer",
            extra={"extension": binding.number, "address": binding.address},
        )
        self._record(BindingQualified(binding.number, binding.contact, reachable))

    def listed(self, number: str, *, everywhere: bool = False) -> Bindings:
        """The phones of one extension, or of all; `everywhere`: browsers, and its line's too."""
        numbers = [number] if number else list(self._registrar.numbers())
        if everywhere:
            numbers = list(self._directory.numbers_of(number))
        held = [
            binding
            for each in numbers
            for binding in self._registrar.of(each)
            if everywhere or not binding.device
        ]
        held.sort(key=lambda each: each.registered_at_ms)
        return Bindings(tuple(map(self._view, held)))

    def _view(self, binding: StoredBinding) -> BindingView:
        reading = self._qualification.of(binding)
        return BindingView(
            binding.number,
            binding.contact,
            binding.user_agent,
            binding.source,
            binding.transport,
            binding.registered_at_ms,
            binding.expires_at_ms,
            address=binding.address,
            instance=binding.instance,
            reg_id=binding.reg_id,
            lost=bool(binding.lost_at_ms),
            reachable=None if reading is None else reading.reachable,
            round_trip_ms=None if reading is None else reading.round_trip_ms,
            qualified_at_ms=0 if reading is None else reading.at_ms,
            browser=binding.device,
        )

    def _gone(self, removed: Removed) -> None:
        binding, cause = removed.binding, removed.cause
        if binding.device:
            return
        if cause in _MISSED:
            log.warning(
                "SIP registration lost",
                extra={
                    "extension": binding.number,
                    "address": binding.address,
                    "contact": binding.contact,
                    "cause": cause,
                },
            )
        self._record(
            BindingRemoved(
                binding.number, binding.contact, cause, binding.address, binding.user_agent
            )
        )

    def _qualify(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        extension = self._directory.extension(number)
        interval_s = 0 if extension is None else extension.qualify_s
        self._qualification.follow(number, bindings, interval_s, self._now_ms())
        if interval_s and self.qualifiable is not None:
            self.qualifiable()
