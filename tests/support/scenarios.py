"""Random scenarios for the simulator: who asks whom what, while the network does what it likes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.simulator import Conditions, Simulation, Stack
from pbxcore.sip.message import build_request
from pbxcore.sip.transactions.timers import T1, T2, TIMER_H

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming

NAMES: Final = ("alice", "bob", "carol")
STRANGER: Final = ("10.9.9.9", 5060)
METHODS: Final = (b"OPTIONS", b"MESSAGE", b"SUBSCRIBE", b"NOTIFY", b"BYE", b"FOO")
REFUSALS: Final = (300, 401, 404, 480, 486, 503, 603)


class Ask(NamedTuple):
    """A request other than INVITE."""

    at: float
    who: int
    whom: int
    method: bytes
    transport: str


class Call(NamedTuple):
    """An INVITE, given up after a while if nobody answers: nothing else ends a call that rings."""

    at: float
    who: int
    whom: int
    transport: str
    patience_s: float


class Cut(NamedTuple):
    """Nothing passes from one to another for a while."""

    at: float
    who: int
    whom: int
    seconds: float


class Break(NamedTuple):
    """The connections between two break."""

    at: float
    who: int
    whom: int


class Lie(NamedTuple):
    """A stranger sends a request that names another as its sender, and repeats it."""

    at: float
    whom: int
    method: bytes
    named: str


class Noise(NamedTuple):
    """A stranger sends anything."""

    at: float
    whom: int
    data: bytes


Step = Ask | Call | Cut | Break | Lie | Noise


class Callee:
    """Answers what comes to one stack, at once or later, and cares for its 2xx as a dialog does."""

    def __init__(self, simulation: Simulation, stack: Stack) -> None:
        self._simulation = simulation
        self._chance = simulation.chance
        self._unacknowledged: set[bytes] = set()
        stack.layer.on_request = self.receive
        stack.layer.on_ack = lambda ack, _flow: self._unacknowledged.discard(_call_id(ack))
        simulation.invariants.watch("answers without ACK", lambda: len(self._unacknowledged))

    def receive(self, incoming: Incoming) -> None:
        """Answer one request."""
        if incoming.request.method == b"INVITE":
            self._ring(incoming)
            return
        if (digest := sum(_call_id(incoming.request))) % 5 == 0:
            # without memory, thus the same for a repetition
            raise RemoteProtocolError(REFUSALS[digest % len(REFUSALS)])
        incoming.keep()
        if self._chance.happens(0.3):
            wait = self._chance.between(0, 40)
            self._simulation.after(wait, lambda: incoming.answer(200))
        else:
            incoming.answer(200)

    def _ring(self, incoming: Incoming) -> None:
        incoming.keep()
        incoming.on_cancel = lambda _cancel: incoming.answer(487)
        if self._chance.happens(0.7):
            incoming.provisional(180)
        accepts = self._chance.happens(0.6)
        answer: Callable[[], None] = (
            (lambda: self._accept(incoming))
            if accepts
            else (lambda: incoming.answer(self._chance.one_of(REFUSALS)))
        )
        self._simulation.after(self._chance.between(0, 20), answer)

    def _accept(self, incoming: Incoming) -> None:
        if not incoming.open:
            return
        call_id = _call_id(incoming.request)
        self._unacknowledged.add(call_id)
        incoming.answer(200)
        gives_up_at = self._simulation.clock.now + TIMER_H

        def repeat(interval: float) -> None:
            if call_id not in self._unacknowledged:
                return
            if self._simulation.clock.now >= gives_up_at:
                self._unacknowledged.discard(call_id)  # a dialog would send BYE now
                return
            incoming.repeat_success()
            self._simulation.after(interval, lambda: repeat(min(2 * interval, T2)))

        self._simulation.after(T1, lambda: repeat(2 * T1))


def _call_id(request: Request) -> bytes:
    return request.get(b"call-id") or b""


def play(seed: int, conditions: Conditions, steps: list[Step]) -> Simulation:
    """Play a scenario to its end and check what must hold; a failure says how to play it again."""
    with ExitStack() as told:
        told.push(lambda _kind, error, _traceback: _tell(error, seed, conditions, steps))
        simulation = told.enter_context(Simulation(seed, conditions))
        stacks = [simulation.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        for stack in stacks:
            Callee(simulation, stack)
        for step in steps:
            simulation.after(step.at, _action(simulation, stacks, step))
        simulation.run()
        simulation.check()
    return simulation


def _tell(error: BaseException | None, *scenario: object) -> None:
    if error is not None:
        error.add_note(f"play({', '.join(map(repr, scenario))})")


def _action(simulation: Simulation, stacks: list[Stack], step: Step) -> Callable[[], object]:
    network = simulation.network
    match step:
        case Ask(_, who, whom, method, transport):
            return lambda: stacks[who].ask(method, stacks[whom], transport=transport)
        case Call(_, who, whom, transport, patience_s):

            def call() -> None:
                invited = stacks[who].invite(stacks[whom], transport=transport)
                simulation.after(patience_s, invited.cancel)

            return call
        case Cut(_, who, whom, seconds):

            def cut() -> None:
                network.cut(stacks[who], stacks[whom])
                simulation.after(seconds, lambda: network.heal(stacks[who], stacks[whom]))

            return cut
        case Break(_, who, whom):
            return lambda: network.break_connections(stacks[who], stacks[whom])
        case Lie(_, whom, method, named):
            lie = _lie(method, named, stacks[whom])
            return lambda: [
                simulation.inject(lie, STRANGER, stacks[whom], after_s=each) for each in (0, 0.5)
            ]
        case Noise(_, whom, data):
            return lambda: simulation.inject(data, STRANGER, stacks[whom])


def _lie(method: bytes, named: str, target: Stack) -> bytes:
    lines = [
        b"Via: SIP/2.0/UDP %b;branch=z9hG4bKlie%b" % (named.encode(), method),
        b"From: <sip:nobody@%b>;tag=l" % named.encode(),
        b"To: <%b>" % target.uri,
        b"Call-ID: lie" + method,
        b"CSeq: 1 " + method,
        b"Max-Forwards: 70",
        b"Contact: <sip:nobody@%b>" % named.encode(),
    ]
    return build_request(method, target.uri, lines)


_AT = st.floats(0, 30)
_PAIR = st.sampled_from([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
_WHOM = st.integers(0, 2)
_TRANSPORT = st.sampled_from(["udp", "udp", "tcp"])
_METHOD = st.sampled_from(METHODS)

STEPS: Final = st.lists(
    st.one_of(
        st.builds(lambda at, pair, *rest: Ask(at, *pair, *rest), _AT, _PAIR, _METHOD, _TRANSPORT),
        st.builds(
            lambda at, pair, *rest: Call(at, *pair, *rest),
            _AT,
            _PAIR,
            _TRANSPORT,
            st.floats(0, 40),
        ),
        st.builds(lambda at, pair, s: Cut(at, *pair, s), _AT, _PAIR, st.floats(0.1, 60)),
        st.builds(lambda at, pair: Break(at, *pair), _AT, _PAIR),
        st.builds(
            Lie,
            _AT,
            _WHOM,
            st.sampled_from([b"INVITE", b"OPTIONS", b"CANCEL", b"ACK", b"FOO"]),
            st.sampled_from(["10.0.0.1", "10.0.0.3:5060", "10.7.7.7", "victim.example"]),
        ),
        st.builds(Noise, _AT, _WHOM, st.binary(max_size=60)),
    ),
    min_size=1,
    max_size=8,
)
CONDITIONS: Final = st.builds(
    Conditions,
    loss=st.sampled_from([0.0, 0.1, 0.4, 0.9]),
    duplication=st.sampled_from([0.0, 0.2]),
    late=st.sampled_from([0.0, 0.2]),
    late_s=st.sampled_from([0.3, 5.0]),
    slowest_s=st.sampled_from([0.01, 0.2, 1.5]),
)
