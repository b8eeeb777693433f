"""Phones for the simulator that do what a test tells them, and note what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.simulator import Simulation
from pbxcore.sip.agent.listener import CallListener
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.sdp.codecs import EVENTS, PCMA, PCMU, Format
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.stream import Stream
from pbxcore.sip.sdp.writer import write
from pbxcore.sip.user_agent import Application, UserAgent
from tests.support.switching import House

if TYPE_CHECKING:
    from pbxcore.simulator import Stack
    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.message import Message, Response
    from pbxcore.sip.sdp.stream import Agreed

FORMATS = (PCMA, PCMU, EVENTS)


class Talk(CallListener):
    """One call, seen from a phone."""

    def __init__(self, handset: Handset, formats: tuple[Format, ...] = FORMATS) -> None:
        self.streams: list[Stream | None] = [Stream(port=4000, formats=formats)]
        self.negotiation = Negotiation(7, handset.stack.host)
        self.notes: list[str] = []
        self.call: Call | None = None
        self.outgoing: OutgoingCall | None = None
        self.last: Message | None = None
        self.refuses = 0
        self.early = b""
        self.referrals: list[Referral] = []

    @property
    def agreed(self) -> tuple[Agreed, ...]:
        """What was agreed."""
        return self.negotiation.agreed

    @property
    def incoming(self) -> IncomingCall:
        """The call, which somebody else began."""
        return self.call  # type: ignore[return-value]

    def ring(self, status: int = 180, *, early: bool = False) -> None:
        """Ring, or play something."""
        if early:
            self.early = self.answer(self.incoming.offer)
        self.incoming.ring(status, self.early)

    def accept(self) -> None:
        """Answer, as it was answered early if it was."""
        offer = self.incoming.offer
        body = self.early or (self.answer(offer) if offer else self.offer())
        self.incoming.accept(body)

    def hang_up(self) -> None:
        """End it."""
        if self.call is not None:
            self.call.hang_up()
        elif self.outgoing is not None:
            self.outgoing.cancel()

    def modify(self, *streams: Stream | None) -> None:
        """Offer other streams."""
        self.streams = list(streams)
        assert self.call is not None
        self.call.modify(self.offer())

    def offer(self) -> bytes:
        """What we propose."""
        return write(self.negotiation.offer(self.streams))

    def answer(self, body: bytes) -> bytes:
        """What we say to a proposal."""
        return write(self.negotiation.answer(read(body), self.streams))

    def rang(self, call: Call | None, response: Response) -> None:
        """Note it."""
        self.notes.append(str(response.status))
        self.call = call or self.call
        self.last = response

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        """Take the answer."""
        self.call = call
        self.notes.append("described" if final else "previewed")
        if final and self.negotiation.pending is not None:
            self.negotiation.accept(read(body))

    def offered(self, call: Call, offer: Offer) -> None:
        """Answer it, or refuse."""
        self.notes.append("offered")
        if self.refuses:
            offer.refuse(self.refuses)
            return
        try:
            offer.accept(self.answer(offer.body) if offer.body else self.offer())
        except RemoteProtocolError as error:
            offer.refuse(error.status)

    def confirmed(self, call: Call) -> None:
        """Note it."""
        self.call = call
        self.notes.append("confirmed")

    def changed(self, call: Call, status: int) -> None:
        """Note it; a refused offer leaves all as it was."""
        self.notes.append(f"changed {status}")
        if status >= 300:
            self.negotiation.withdraw()

    def ended(self, call: Call, ending: Ending) -> None:
        """Note it."""
        self.notes.append("ended")
        self.last = ending.message

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        """Note it."""
        self.notes.append(str(status))
        self.last = response

    def informed(self, call: Call, information: Information) -> None:
        """Note it."""
        self.notes.append(information.body.decode())

    def referred(self, call: Call, referral: Referral) -> None:
        """Agree to it."""
        self.referrals.append(referral)
        referral.accept()


class Handset(Application):
    """A phone of one extension."""

    def __init__(self, simulation: Simulation, stack: Stack, house: House) -> None:
        self.stack, self.house = stack, house
        self.formats: tuple[Format, ...] = FORMATS
        self.refuses = 0
        self.lines: tuple[bytes, ...] = ()
        self.talks: list[Talk] = []
        self.agent = UserAgent(
            stack.layer,
            UriRouter(stack, lambda most: simulation.chance.below(most + 1)),
            Profile(b"<%b>" % stack.uri, session_s=0, reliable=False),
            simulation.chance.octets,
            self,
        )
        stack.layer.on_request = self.agent.receive

    @property
    def talk(self) -> Talk:
        """The last call."""
        return self.talks[-1]

    def dial(self, number: str, *lines: bytes, with_offer: bool = True) -> Talk:
        """Call a number."""
        talk = Talk(self, self.formats)
        self.talks.append(talk)
        body = talk.offer() if with_offer else b""
        talk.outgoing = self.agent.invite(self.house.uri(number), talk, body=body, lines=lines)
        return talk

    def invited(self, call: IncomingCall) -> None:
        """Ring, or refuse."""
        talk = Talk(self, self.formats)
        talk.call, talk.last = call, call.request
        call.listener = talk
        self.talks.append(talk)
        if self.refuses:
            call.refuse(self.refuses, lines=self.lines)
        else:
            call.ring()


class Office(Simulation):
    """A PBX with phones, each registered under its name."""

    def __init__(self, *names: str, seed: int = 1) -> None:
        super().__init__(seed)
        pbx = self.stack("pbx", "10.0.0.100")
        stacks = [self.stack(name, f"10.0.0.{at}") for at, name in enumerate(names, 1)]
        self.house = House(self, pbx, stacks)
        self.handsets = {each.name: Handset(self, each, self.house) for each in stacks}

    def __getitem__(self, name: str) -> Handset:
        """A phone."""
        return self.handsets[name]
