"""A server on a stack: the registrar and the notifier of the PBX, in virtual time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pbxcore.authentication import Authentication
from pbxcore.devices import Devices
from pbxcore.directory import Delta, Mailbox
from pbxcore.domain import Domain
from pbxcore.presence.gruu_ways import GruuWays
from pbxcore.presence.keeping import EventStores
from pbxcore.presence.qualification import Qualification
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.registration import SUPPORTED
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.services.events import Events
from pbxcore.services.options import OptionsService
from pbxcore.services.phones import Phones
from pbxcore.services.registration import RegistrationService
from pbxcore.uas import Uas
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.directory import Change, Directory
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.simulator.clock import Clock, Planned
    from pbxcore.simulator.simulation import Simulation
    from pbxcore.simulator.stack import Stack
    from pbxcore.sip.flow import Flow
    from pbxcore.sip.transactions.incoming import Incoming

Value = TypeVar("Value")

EPOCH_S: Final = 1_800_000_000
"""The moment, in seconds UTC, at which simulations begin."""
_CHORES_S: Final = 1.0
_EMPTY: Final = Mailbox()
_SECRET: Final = b"kept over crashes"


class Server:
    """Registers phones and tells watchers, by the services of the PBX itself.

    What it keeps over a `crash` is what the PBX writes to disk. In the end it may hold nothing: no
    binding, no subscription, no publication.

    Args:
        simulation: whose clock and chance hold.
        stack: where it listens.
        directory: its extensions and settings; `change` changes them.
    """

    def __init__(self, simulation: Simulation, stack: Stack, directory: Directory) -> None:
        self._simulation = simulation
        self._stack = stack
        self._directory = directory
        self._bindings: _Kept[tuple[StoredBinding, ...]] = _Kept()
        self._events_kept = EventStores(_Kept(), _Kept(), _Kept())
        self._mailboxes: dict[str, Mailbox] = {}
        self._start()
        for what in self._held():
            simulation.invariants.watch(f"{what} of {stack.name}", partial(self._count, what))

    def bindings(self, number: str) -> tuple[StoredBinding, ...]:
        """Where an extension is registered."""
        return self._registrar.of(number)

    def change(self, *changes: Change) -> None:
        """Change the directory, and tell whoever watches what is another now."""
        self._directory.apply(Delta(self._directory.version + 1, changes))
        if not self._timers.ended:
            self._phones.refresh()
            self._events.refresh()

    def mailbox(self, number: str) -> Mailbox:
        """What waits in the mailbox of an extension."""
        return self._mailboxes.get(number, _EMPTY)

    def put_mailbox(self, number: str, mailbox: Mailbox) -> None:
        """Let something else wait there, and tell whoever watches."""
        self._mailboxes[number] = mailbox
        if not self._timers.ended:
            self._events.mailbox_changed(number)

    def crash(self, down_s: float = 0.0) -> None:
        """Be killed in the middle of everything, and start again after a while."""
        self._timers.end()
        self._stack.crash()
        self._simulation.after(down_s, self._restart)

    def _restart(self) -> None:
        self._timers.end()  # it was killed again while it was down
        self._stack.start()
        self._start()

    def _start(self) -> None:
        """Load what was kept, and serve."""
        directory, layer = self._directory, self._stack.layer
        entropy = self._simulation.chance.octets
        self._timers = _Timers(self._simulation.clock)
        self._registrar, uas = Registrar(), Uas()
        self._phones = Phones(
            directory,
            self._registrar,
            Qualification(self._simulation.chance.fraction),
            store=_BindingsKept(self._bindings),
            record=lambda _fact: None,
            now_ms=self._now_ms,
        )
        domain = Domain(directory, (), lambda host: host == self._stack.host)
        authentication = Authentication(
            directory,
            domain,
            watch=Watch(directory, store=None, record=lambda _fact: None, clock=self._now),
            devices=Devices(b"", self._now),
            clock=self._now,
            entropy=entropy,
        )
        temporary = TemporaryGruus(_SECRET, entropy, self._registrar.of)
        registration = RegistrationService(
            directory,
            domain,
            authentication,
            self._registrar,
            self._stack,
            temporary=temporary,
            changed=self._phones.changed,
            clock=self._now,
        )
        self._events = Events(
            directory,
            domain,
            authentication,
            self._registrar,
            layer,
            self._timers,
            waiting=self.mailbox,
            wake=lambda _phones, _then: False,
            gruus=GruuWays(domain.is_ours, temporary, self._registrar.of),
            stores=self._events_kept,
            record=lambda _fact: None,
            now_ms=self._now_ms,
            entropy=entropy,
        )
        uas.serve(b"REGISTER", registration.receive, understood=tuple(SUPPORTED))
        uas.serve(b"OPTIONS", OptionsService(domain, uas).receive)
        self._events.serve(uas)
        self._phones.watched = self._events.registered
        self._serve(uas)

    def _serve(self, uas: Uas) -> None:
        self._phones.load()
        self._events.start()
        self._ticking = False

        def receive(incoming: Incoming) -> None:
            uas.receive(incoming)
            self._keep_time()

        self._stack.layer.on_request = receive
        self._stack.layer.on_lost = self._lost
        self._keep_time()

    def _lost(self, flow: Flow) -> None:
        self._phones.lost((flow.transport, flow.local, flow.source))

    def _keep_time(self) -> None:
        """Look every second at what may have expired, as long as there is something."""
        if not self._ticking and any(self._held().values()):
            self._ticking = True
            self._timers.call_later(_CHORES_S, self._do_chores)

    def _do_chores(self) -> None:
        self._ticking = False
        self._phones.tick()
        self._events.tick()
        self._keep_time()

    def _held(self) -> dict[str, int]:
        counts = self._events.counts()
        return {
            "bindings": len(self._registrar),
            "subscriptions": int(counts["sip_subscriptions"]),
            "publications": int(counts["sip_publications"]),
        }

    def _count(self, what: str) -> int:
        return self._held()[what]

    def _now(self) -> float:
        return EPOCH_S + self._simulation.clock.now

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


class _Kept(Generic[Value]):
    """Keeps values by key over a crash."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}

    def load(self) -> dict[str, Value]:
        """What was saved last."""
        return dict(self._values)

    def save(self, key: str, value: Value | None) -> None:
        """Keep a value, or forget it."""
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value


class _BindingsKept:
    """The same for bindings, which are read one by one."""

    def __init__(self, kept: _Kept[tuple[StoredBinding, ...]]) -> None:
        self._kept = kept

    def load(self) -> Iterable[StoredBinding]:
        return [each for held in self._kept.load().values() for each in held]

    def save(self, number: str, bindings: tuple[StoredBinding, ...]) -> None:
        self._kept.save(number, bindings or None)


class _Timers:
    """The timers of one run of a program: they end with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ended = False

    def call_soon(self, callback: Callable[[], object], /) -> Planned:
        return self.call_later(0.0, callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Planned:
        return self._clock.after(delay, lambda: None if self.ended else callback())

    def end(self) -> None:
        """Call nothing any more."""
        self.ended = True
