"""State machines for hypothesis: transactions and framing in whatever order things come."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pbxcore.sip.framing import KEEP_ALIVE, StreamFraming
from pbxcore.sip.message import Response, build_request, build_response, parse
from pbxcore.sip.transactions.invite_client import InviteClientTransaction
from pbxcore.sip.transactions.invite_server import InviteServerTransaction
from pbxcore.sip.transactions.non_invite_client import NonInviteClientTransaction
from pbxcore.sip.transactions.non_invite_server import NonInviteServerTransaction
from pbxcore.sip.transactions.outputs import Deliver, Fail, Output, Send, Unacknowledged
from tests.support.examples import examples

_LINES = [
    b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
    b"From: <sip:a@x>;tag=a",
    b"To: <sip:b@x>",
    b"Call-ID: c",
]
_LONGEST_WAIT_S = 64 * 0.5
STATUS = st.sampled_from([100, 180, 183, 200, 202, 302, 404, 486, 503, 603])
PASSING = st.floats(0, 40)


def response(status: int, method: bytes) -> Response:
    """A response as the peer of a client transaction writes it."""
    found = parse(build_response(status, "", [*_LINES, b"CSeq: 1 " + method]))
    assert isinstance(found, Response)
    return found


class Timed(RuleBasedStateMachine):
    """A machine with a clock that never skips a deadline."""

    now = 0.0
    machine: (
        InviteClientTransaction
        | InviteServerTransaction
        | NonInviteClientTransaction
        | NonInviteServerTransaction
    )

    def did(self, outputs: list[Output]) -> None:
        """Judge what an input caused."""

    @rule(seconds=PASSING)
    def time_passes(self, seconds: float) -> None:
        end = self.now + seconds
        for _ in range(200):
            deadline = self.machine.deadline
            if deadline is None or deadline > end:
                break
            self.now = max(self.now, deadline)
            self.did(self.machine.tick(self.now))
        else:
            raise AssertionError("deadlines without end")
        self.now = end

    @rule()
    def time_passes_late(self) -> None:
        """A tick too early, or long after its deadline, does no harm."""
        self.did(self.machine.tick(self.now))
        self.now += 100
        self.did(self.machine.tick(self.now))

    def teardown(self) -> None:
        """Nothing of it is left once the longest timers are over."""
        if hasattr(self, "machine"):
            self.at_the_end()

    def at_the_end(self) -> None:
        """Let time pass until no deadline is left."""
        for _ in range(10):
            self.time_passes(_LONGEST_WAIT_S)
        assert self.machine.deadline is None


class Client(Timed):
    """What both client transactions must hold to."""

    method = b"OPTIONS"
    finals = 0
    failures = 0
    provisional = False
    sent = 0

    def did(self, outputs: list[Output]) -> None:
        for each in outputs:
            match each:
                case Send():
                    self.sent += 1
                case Deliver(found) if found.status >= 200:
                    self.finals += 1
                case Fail():
                    self.failures += 1

    @rule(status=STATUS)
    def hears(self, status: int) -> None:
        self.did(self.machine.receive(response(status, self.method), self.now))  # type: ignore[union-attr,call-arg]

    @rule()
    def transport_fails(self) -> None:
        self.did(self.machine.fail())  # type: ignore[union-attr]

    @invariant()
    def fails_once_and_not_after_an_answer(self) -> None:
        assert self.failures + min(self.finals, 1) <= 1


class NonInviteClient(Client):
    """RFC 3261 figure 6."""

    @initialize(reliable=st.booleans())
    def begin(self, reliable: bool) -> None:
        self.reliable = reliable
        self.machine = NonInviteClientTransaction(b"x", reliable=reliable)
        self.did(self.machine.start(self.now))

    @invariant()
    def hears_one_final_answer(self) -> None:
        assert self.finals <= 1

    @invariant()
    def repeats_over_udp_alone(self) -> None:
        if hasattr(self, "machine"):
            assert 1 <= self.sent <= (1 if self.reliable else 11)

    def at_the_end(self) -> None:
        super().at_the_end()
        assert self.finals + self.failures == 1


class InviteClient(Client):
    """RFC 3261 figure 5 with RFC 6026."""

    method = b"INVITE"
    cancelled = False

    @initialize(reliable=st.booleans())
    def begin(self, reliable: bool) -> None:
        data = build_request(b"INVITE", b"sip:b@x", [*_LINES, b"CSeq: 1 INVITE"])
        self.machine = InviteClientTransaction(data, reliable=reliable)
        self.did(self.machine.start(self.now))

    @rule()
    def is_cancelled(self) -> None:
        self.cancelled = True
        assert isinstance(self.machine, InviteClientTransaction)
        self.did(self.machine.cancel(self.now))

    def at_the_end(self) -> None:
        self.is_cancelled()
        self.hears(487)  # what rings ends by its answer alone
        super().at_the_end()
        assert isinstance(self.machine, InviteClientTransaction)
        assert self.machine.ended
        assert self.finals + self.failures >= 1


class Server(Timed):
    """What both server transactions must hold to: one final answer, repeated as it was."""

    final: bytes | None = None
    made = 0

    def did(self, outputs: list[Output]) -> None:
        for each in outputs:
            if isinstance(each, Send) and each.data.startswith(b"final"):
                self.final = self.final or each.data
                assert each.data == self.final
            if isinstance(each, Send) and each.data.startswith(b"provisional"):
                assert self.final is None

    @rule()
    def request_is_repeated(self) -> None:
        self.did(self.machine.repeat())  # type: ignore[union-attr]

    @rule()
    def progresses(self) -> None:
        self.did(self.machine.progress(b"provisional"))  # type: ignore[union-attr]

    @rule(success=st.booleans())
    def is_answered(self, success: bool) -> None:
        self.made += 1
        data = b"final %d" % self.made
        if isinstance(self.machine, InviteServerTransaction):
            self.did(self.machine.answer(data, self.now, success=success))
        elif isinstance(self.machine, NonInviteServerTransaction):
            self.did(self.machine.answer(data, self.now))

    def at_the_end(self) -> None:
        self.is_answered(success=False)
        super().at_the_end()


class NonInviteServer(Server):
    """RFC 3261 figure 8."""

    @initialize(reliable=st.booleans())
    def begin(self, reliable: bool) -> None:
        self.machine = NonInviteServerTransaction(self.now, reliable=reliable)


class InviteServer(Server):
    """RFC 3261 figure 7 with RFC 6026."""

    unacknowledged = 0

    @initialize(reliable=st.booleans())
    def begin(self, reliable: bool) -> None:
        self.machine = InviteServerTransaction(self.now, reliable=reliable)

    def did(self, outputs: list[Output]) -> None:
        super().did(outputs)
        self.unacknowledged += sum(isinstance(each, Unacknowledged) for each in outputs)
        assert self.unacknowledged <= 1

    @rule()
    def is_acknowledged(self) -> None:
        assert isinstance(self.machine, InviteServerTransaction)
        self.machine.acknowledge(self.now)

    @rule()
    def success_is_repeated(self) -> None:
        assert isinstance(self.machine, InviteServerTransaction)
        self.did(self.machine.repeat_success())

    @rule()
    def transport_fails(self) -> None:
        assert isinstance(self.machine, InviteServerTransaction)
        self.did(self.machine.fail())


class Framing(RuleBasedStateMachine):
    """Messages and keep-alives over a stream that is cut anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.framing = StreamFraming()
        self.under_way = b""
        self.expected: list[bytes] = []
        self.found: list[bytes] = []

    @rule(body=st.binary(max_size=40), compact=st.booleans())
    def message_is_sent(self, body: bytes, compact: bool) -> None:
        name = b"l" if compact else b"Content-Length"
        data = b"OPTIONS sip:x SIP/2.0\r\n%b: %d\r\n\r\n%b" % (name, len(body), body)
        self.under_way += data
        self.expected.append(data)

    @rule()
    def keep_alive_is_sent(self) -> None:
        self.under_way += KEEP_ALIVE
        self.expected.append(KEEP_ALIVE)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def some_arrives(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(1, len(self.under_way)))
        self.found += self.framing.receive(self.under_way[:at])
        self.under_way = self.under_way[at:]

    @invariant()
    def order_and_bytes_are_kept(self) -> None:
        assert self.expected[: len(self.found)] == self.found

    @invariant()
    def what_has_arrived_whole_is_not_held_back(self) -> None:
        if not self.under_way:
            assert self.found == self.expected
            assert not self.framing.pending


TestNonInviteClient = NonInviteClient.TestCase
TestInviteClient = InviteClient.TestCase
TestNonInviteServer = NonInviteServer.TestCase
TestInviteServer = InviteServer.TestCase
TestFraming = Framing.TestCase
for machine in (NonInviteClient, InviteClient, NonInviteServer, InviteServer, Framing):
    machine.TestCase.settings = settings(max_examples=examples(20), stateful_step_count=25)
