"""Random calls for the simulator: phones that ring, hold, refer and hang up when chance will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.simulator import Conditions, Simulation, Stack
from pbxcore.sip.agent.listener import CallListener
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.sdp.codecs import EVENTS, PCMA, PCMU
from pbxcore.sip.sdp.direction import Hold
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.stream import Stream, held
from pbxcore.sip.sdp.writer import write
from pbxcore.sip.uri import write_uri_headers
from pbxcore.sip.user_agent import Application, UserAgent
from tests.support.scenarios import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.dialogs.refer import Progress
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.incoming import Incoming

_REFUSALS: Final = (302, 404, 480, 486, 488, 503, 603)
_KEY: Final = (b"Content-Type: application/dtmf-relay",)
_LONGEST_CALL_S: Final = 240.0


def user_agent(
    simulation: Simulation,
    stack: Stack,
    application: Application,
    *,
    session_s: int = 1800,
    reliable: bool = True,
) -> UserAgent:
    """A user agent on a stack of the simulation."""
    agent = UserAgent(
        stack.layer,
        UriRouter(stack, lambda most: simulation.chance.below(most + 1)),
        Profile(b"<%b>" % stack.uri, session_s=session_s, reliable=reliable),
        simulation.chance.octets,
        application,
    )
    stack.layer.on_request = agent.receive
    return agent


class Phone(Application):
    """A user agent on a stack; what it does with a call is up to chance.

    Attributes:
        talks: the ends of calls that are not over, `waiting` the answers it still waits for.
        answered: how many calls both ends knew to be answered.
        talked: when each of them began and ended, by its dialog.
    """

    def __init__(self, simulation: Simulation, stack: Stack, *, session_s: int, reliable: bool):
        self.simulation, self.stack, self.chance = simulation, stack, simulation.chance
        self.talks: set[Talk] = set()
        self.waiting = 0
        self.answered = 0
        self.talked: dict[object, list[float]] = {}
        self.hands_over = False
        self.others = [each.uri for each in simulation.stacks]
        self.agent = user_agent(simulation, stack, self, session_s=session_s, reliable=reliable)
        watch = simulation.invariants.watch
        watch(f"dialogs of {stack.name}", lambda: len(self.agent))
        watch(f"calls of {stack.name}", lambda: len(self.talks))
        watch(f"answers {stack.name} waits for", lambda: self.waiting)

    def call(self, uri: bytes, *, with_offer: bool = True, patience_s: float = 20.0) -> Talk:
        """Call somebody, and give up if that takes too long."""
        talk = Talk(self)
        body = talk.offer() if with_offer else b""
        talk.outgoing = self.agent.invite(uri, talk, body=body)
        self.simulation.after(patience_s, talk.give_up)
        return talk

    def invited(self, call: IncomingCall) -> None:
        """Refuse, or ring in one way or another and answer in a while."""
        chance, talk = self.chance, Talk(self)
        call.listener = talk
        talk.take(call)
        if b"UDP/TLS/" in call.offer:  # it knows no such keys
            call.refuse(488)
            return
        if chance.happens(0.1):
            call.refuse(chance.one_of(_REFUSALS))
            return
        answer = b""
        if call.offer and chance.happens(0.3):
            answer = talk.answer(call.offer)
            call.ring(183, answer)
        elif chance.happens(0.8):
            call.ring()
        self.simulation.after(chance.between(0, 30), lambda: self._decide(call, talk, answer))

    def ask_to_call(self, whom: bytes, target: bytes) -> None:
        """Ask somebody, outside of any call, to call somebody else."""

        def told(progress: Progress) -> None:
            if progress.final:
                self.waiting -= 1

        self.waiting += 1
        self.agent.refer(whom, target, told)

    def referred(self, referral: Referral) -> None:
        """Call whom we are asked to call, or not."""
        if self.chance.happens(0.3):
            referral.refuse()
            return
        referral.accept()
        self.call(referral.reference.target.uri).told = referral.progress

    def _decide(self, call: IncomingCall, talk: Talk, answer: bytes) -> None:
        if call.ended:
            return
        if self.chance.happens(0.2):
            call.refuse(self.chance.one_of(_REFUSALS))
        elif call.offer:
            call.accept(answer or talk.answer(call.offer))
        else:
            call.accept(talk.offer())

    def requested(self, incoming: Incoming) -> None:
        """Take any request outside of calls."""
        incoming.keep()
        incoming.answer(200)


class Talk(CallListener):
    """One end of one call."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._chance = phone.chance
        self._on_hold = False
        number = 1 + self._chance.below(1 << 30)
        self.negotiation = Negotiation(number, phone.stack.host)
        self.outgoing: OutgoingCall | None = None
        self.told: Callable[[int], None] = lambda _status: None
        self._calls: list[Call] = []
        self._over: list[Call] = []
        phone.talks.add(self)

    # Descriptions

    @property
    def _stream(self) -> Stream:
        stream = Stream(port=4000, formats=(PCMA, PCMU, EVENTS))
        return held(stream, self._chance.one_of(tuple(Hold))) if self._on_hold else stream

    def offer(self) -> bytes:
        """What we propose."""
        return write(self.negotiation.offer([self._stream]))

    def answer(self, body: bytes) -> bytes:
        """What we say to a proposal."""
        return write(self.negotiation.answer(read(body), [self._stream]))

    # What happens

    def take(self, call: Call) -> None:
        """Know a call of ours; one that is over is not heard of again."""
        assert call not in self._over
        if call not in self._calls:
            self._calls.append(call)

    def rang(self, call: Call | None, response: Response) -> None:
        """Tell who referred us."""
        self.told(response.status)
        if call is not None:
            self.take(call)

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        """Take the answer."""
        self.take(call)
        if final:
            self.negotiation.accept(read(body))

    def offered(self, call: Call, offer: Offer) -> None:
        """Answer at once."""
        self.take(call)
        try:
            offer.accept(self.answer(offer.body) if offer.body else self.offer())
        except RemoteProtocolError as error:
            offer.refuse(error.status)

    def confirmed(self, call: Call) -> None:
        """Plan what to do with the call, and its end."""
        self.take(call)
        self.told(200)
        self._phone.answered += 1
        self._phone.talked[call.dialog.id] = [self._phone.simulation.clock.now]
        after, chance = self._phone.simulation.after, self._chance
        length = chance.between(0, _LONGEST_CALL_S)
        for _ in range(chance.below(4)):
            deeds = [self._change, self._change, self._press, self._refer]
            if self._phone.hands_over:
                deeds += [self._hand_over, self._ask_first]
            deed = chance.one_of(deeds)
            after(chance.between(0, length), lambda deed=deed: None if call.ended else deed(call))
        after(length, call.hang_up)

    def changed(self, call: Call, status: int) -> None:
        """A refused offer leaves all as it was."""
        if status >= 300:
            self.negotiation.withdraw()

    def informed(self, call: Call, information: Information) -> None:
        """Hear a key."""

    def referred(self, call: Call, referral: Referral) -> None:
        """Do what a phone does that is asked outside of a call."""
        self._phone.referred(referral)

    def ended(self, call: Call, ending: Ending) -> None:
        """This end is over; a second time is a fault."""
        if call.dialog is not None and call.dialog.id in self._phone.talked:
            self._phone.talked[call.dialog.id].append(self._phone.simulation.clock.now)
        self._calls.remove(call)
        self._over.append(call)
        if not self._calls:
            self._phone.talks.remove(self)

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Nobody answered; a call that was hung up while it rang may be over already."""
        self.told(status)
        if not self._over:
            self._phone.talks.remove(self)

    # What we do

    def give_up(self) -> None:
        """Wait no longer for an answer."""
        if self.outgoing is not None:
            self.outgoing.cancel()

    def _change(self, call: Call) -> None:
        if self.negotiation.pending is None:
            self._on_hold = not self._on_hold
            call.modify(self.offer())

    def _press(self, call: Call, keys: str = "5") -> None:
        for key in keys:
            self._phone.waiting += 1
            body = b"Signal=%b\r\nDuration=160\r\n" % key.encode()
            call.send(b"INFO", self._heard, _KEY, body)

    def _ask_first(self, call: Call) -> None:
        """Ask somebody by his speed dial, and perhaps hand on, or go back, by keys too."""
        self._press(call, f"*2{1 + self._chance.below(6)}#")
        if self._chance.happens(0.5):
            keys, after = self._chance.one_of(("*0", "*2")), self._chance.between(0, 30)
            self._phone.simulation.after(
                after, lambda: None if call.ended else self._press(call, keys)
            )

    def _refer(self, call: Call) -> None:
        self._phone.waiting += 1
        call.refer(b"<%b>" % self._chance.one_of(self._phone.others), self._progressed)

    def _hand_over(self, call: Call) -> None:
        """Join whom we talk to here with whom we talk to in another call, if there is one."""
        talks = [each for each in self._phone.talks if each is not self and each.answered]
        if talks:
            other = self._chance.one_of(sorted(talks, key=lambda each: each.answered[-1].dialog.id))
            dialog = other.answered[-1].dialog
            named = DialogReference(dialog.call_id, dialog.remote_tag or b"", dialog.local_tag)
            headers = write_uri_headers([(b"Replaces", named.encode())])
            self._phone.waiting += 1
            uri = self._chance.one_of(self._phone.others)
            call.refer(b"<%b?%b>" % (uri, headers), self._progressed)

    @property
    def answered(self) -> list[Call]:
        """The calls that both ends know to be answered."""
        return [each for each in self._calls if not each.early]

    def _heard(self, _status: int, _response: Response | None) -> None:
        self._phone.waiting -= 1

    def _progressed(self, progress: Progress) -> None:
        if progress.final:
            self._phone.waiting -= 1


class Fault(NamedTuple):
    """Something that happens to the path between two stacks; 0 seconds: connections break."""

    at: float
    who: int
    whom: int
    cut_s: float


def play_calls(
    seed: int, conditions: Conditions, calls: int, faults: list[Fault]
) -> tuple[Simulation, list[Phone]]:
    """Let phones call each other to the end of it and check what must hold."""
    simulation = Simulation(seed, conditions)
    with simulation:
        chance, network = simulation.chance, simulation.network
        stacks = [simulation.stack(name, f"10.0.0.{at}") for at, name in enumerate(NAMES, 1)]
        phones = [
            Phone(
                simulation,
                stack,
                session_s=chance.one_of((0, 90, 1800)),
                reliable=chance.happens(0.5),
            )
            for stack in stacks
        ]
        for _ in range(calls):
            simulation.after(chance.between(0, 30), lambda: call_somebody(simulation, phones))
        for at, who, whom, cut_s in faults:
            here, there = stacks[who], stacks[whom]

            def fail(here: Stack = here, there: Stack = there, cut_s: float = cut_s) -> None:
                if cut_s:
                    network.cut(here, there)
                    simulation.after(cut_s, lambda: network.heal(here, there))
                else:
                    network.break_connections(here, there)

            simulation.after(at, fail)
        simulation.run()
        simulation.check()
    return simulation, phones


def call_somebody(simulation: Simulation, phones: list[Phone]) -> None:
    """One of the phones calls another, or asks it to call somebody."""
    chance = simulation.chance
    first = chance.below(len(phones))
    other = phones[(first + 1 + chance.below(len(phones) - 1)) % len(phones)]
    if chance.happens(0.15):
        phones[first].ask_to_call(other.stack.uri, chance.one_of(phones).stack.uri)
        return
    phones[first].call(
        other.stack.uri + chance.one_of((b"", b";transport=tcp")),
        with_offer=chance.happens(0.8),
        patience_s=chance.between(0, 60),
    )


FAULTS: Final = st.lists(
    st.builds(
        lambda at, pair, cut_s: Fault(at, *pair, cut_s),
        st.floats(0, 120),
        st.permutations(range(3)).map(lambda order: order[:2]),
        st.just(0.0) | st.floats(0.5, 100),
    ),
    max_size=3,
)
