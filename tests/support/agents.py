"""User agents on virtual wires with a virtual clock: no socket, no sleep."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypedDict

from pbxcore.sip.agent.listener import CallListener
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.flow import Flow
from pbxcore.sip.message import Request, Response, parse
from pbxcore.sip.transactions.layer import TransactionLayer
from pbxcore.sip.user_agent import Application, UserAgent

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from pbxcore.sip.agent.call import Call
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.outgoing_call import OutgoingCall
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.dialogs.info import Information
    from pbxcore.sip.digest_client import Attempts
    from pbxcore.sip.flow import Target
    from pbxcore.sip.transactions.incoming import Incoming

DELAY_S = 0.01


class Clock(Protocol):
    """What time passes for."""

    @property
    def deadline(self) -> float | None: ...

    def tick(self, now: float) -> None: ...


class Inhabitant(Protocol):
    """Whoever takes what is sent to an address: a whole user agent, or a stand-in."""

    @property
    def layer(self) -> Clock: ...

    @property
    def uri(self) -> bytes: ...

    def take(self, data: bytes, sender: str) -> None: ...


class Timeless:
    """The clock of who waits for nothing."""

    deadline = None

    def tick(self, now: float) -> None: ...


class HostOptions(TypedDict, total=False):
    """How a host differs from others."""

    attempts: Attempts | None
    application: Application | None
    reliable: bool
    session_s: int


class World:
    """Hosts by address, and what is on its way between them; `lost` says what never arrives."""

    def __init__(self, seed: int = 1) -> None:
        self.now = 0.0
        self.chance = random.Random(seed)  # noqa: S311
        self.hosts: dict[str, Inhabitant] = {}
        self.lost: Callable[[str, bytes], bool] = lambda sender, data: False
        self.seen: list[tuple[float, str, bytes]] = []
        self._under_way: list[tuple[float, int, str, str, bytes]] = []
        self._order = count()

    def host(self, address: str, **more: Unpack[HostOptions]) -> Host:
        self.hosts[address] = host = Host(self, address, **more)
        return host

    def put(self, sender: str, to: str, data: bytes) -> None:
        self.seen.append((self.now, sender, data))
        if not self.lost(sender, data):
            item = (self.now + DELAY_S, next(self._order), sender, to, data)
            heapq.heappush(self._under_way, item)

    def run(self, seconds: float = 5.0) -> None:
        """Let that much time pass."""
        end = self.now + seconds
        while True:
            due = [each.layer.deadline for each in self.hosts.values()]
            due.append(self._under_way[0][0] if self._under_way else None)
            nearest = min((each for each in due if each is not None), default=end)
            if nearest > end:
                break
            self.now = max(self.now, nearest)
            while self._under_way and self._under_way[0][0] <= self.now:
                _, _, sender, to, data = heapq.heappop(self._under_way)
                if to in self.hosts:
                    self.hosts[to].take(data, sender)
            for each in self.hosts.values():
                if each.layer.deadline is not None and each.layer.deadline <= self.now:
                    each.layer.tick(self.now)
            if nearest == end and not self._under_way:
                break
        self.now = end

    def ladder(self) -> list[str]:
        """What was sent, in order: sender, method or status with its method."""
        found = []
        for _, sender, data in self.seen:
            message = parse(data)
            if isinstance(message, Request):
                found.append(f"{sender} {message.method.decode()}")
            else:
                method = (message.get(b"cseq") or b"").split()[-1].decode()
                found.append(f"{sender} {message.status} {method}")
        return found

    def messages(self, sender: str, method: bytes, status: int = 0) -> list[Request | Response]:
        """Those one host sent: requests of a method, or responses to it with a status."""
        found: list[Request | Response] = []
        for _, by, data in self.seen:
            message = parse(data)
            kind = (message.get(b"cseq") or b"").split()[-1]
            number = 0 if isinstance(message, Request) else message.status
            if by == sender and kind == method and number == status:
                found.append(message)
        return found


class Host:
    """One user agent at one address, on UDP."""

    def __init__(
        self,
        world: World,
        address: str,
        *,
        attempts: Attempts | None = None,
        application: Application | None = None,
        reliable: bool = True,
        session_s: int = 1800,
    ) -> None:
        self.world = world
        self.address = address
        entropy = world.chance.randbytes
        self.layer = TransactionLayer(
            self, self._receive, clock=lambda: world.now, entropy=entropy, arm=lambda _: None
        )
        name = address.encode()
        profile = Profile(
            b"<sip:%b>" % name,
            reliable=reliable,
            session_s=session_s,
            packages=frozenset((b"test",)),
        )
        self.desk = Desk()
        self.agent = UserAgent(
            self.layer,
            UriRouter(self, lambda most: world.chance.randint(0, most)),
            profile,
            entropy,
            application or self.desk,
            attempts,
        )
        self.receive: Callable[[Incoming], None] = self.agent.receive
        """Takes each request; something may be put before it."""

    @property
    def uri(self) -> bytes:
        return b"sip:" + self.address.encode()

    def call(
        self, other: Inhabitant, body: bytes = b"offer", lines: tuple[bytes, ...] = ()
    ) -> Witness:
        """Call somebody; what happens is in the witness."""
        witness = Witness()
        witness.outgoing = self.agent.invite(other.uri, witness, body=body, lines=lines)
        return witness

    def take(self, data: bytes, sender: str) -> None:
        self.layer.receive(data, Flow("udp", f"{self.address}:5060", sender, 5060))

    def _receive(self, incoming: Incoming) -> None:
        self.receive(incoming)

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        self.world.put(self.address, flow.host, data)
        return True

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        known = target.transport == "udp" and target.host in self.world.hosts
        flow = Flow("udp", f"{self.address}:5060", target.host, target.port)
        then(flow if known else None)

    def advertised(self, flow: Flow) -> tuple[str, int]:
        return self.address, 5060

    def hold(self, flow: Flow, seconds: float) -> None:
        pass


@dataclass
class Witness(CallListener):
    """Notes what happens to a call, and answers every offer."""

    notes: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    answer: bytes | None = b"answer"
    outgoing: OutgoingCall | None = None
    referrals: list[Referral] = field(default_factory=list)

    @property
    def call(self) -> Call:
        return self.calls[-1]

    def _note(self, text: str, call: Call | None = None) -> None:
        self.notes.append(text)
        if call is not None and call not in self.calls:
            self.calls.append(call)

    def rang(self, call: Call | None, response: Response) -> None:
        self._note(f"rang {response.status}", call)

    def described(self, call: Call, body: bytes, *, final: bool) -> None:
        self._note(f"{'described' if final else 'previewed'} {body.decode(errors='replace')}", call)

    def offered(self, call: Call, offer: Offer) -> None:
        self._note(f"offered {offer.body.decode(errors='replace')}", call)
        if self.answer is None:
            offer.refuse(488)
        else:
            offer.accept(self.answer)

    def confirmed(self, call: Call) -> None:
        self._note("confirmed", call)

    def changed(self, call: Call, status: int) -> None:
        self._note(f"changed {status}", call)

    def ended(self, call: Call, ending: Ending) -> None:
        by = "peer" if ending.by_peer else "us"
        self._note(f"ended {ending.status} by {by}", call)

    def failed(self, invitation: OutgoingCall, status: int, response: Response | None) -> None:
        self._note(f"failed {status}")

    def informed(self, call: Call, information: Information) -> None:
        self._note(f"informed {information.body.decode(errors='replace')}", call)

    def referred(self, call: Call, referral: Referral) -> None:
        self._note(f"referred {referral.reference.target.uri.decode(errors='replace')}", call)
        self.referrals.append(referral)
        referral.accept()


class Desk(Application):
    """Lets calls ring until the test decides."""

    def __init__(self) -> None:
        self.calls: list[IncomingCall] = []
        self.witness = Witness()
        self.at_once: Callable[[IncomingCall], None] = lambda call: call.ring()

    @property
    def call(self) -> IncomingCall:
        return self.calls[-1]

    def invited(self, call: IncomingCall) -> None:
        call.listener = self.witness
        self.calls.append(call)
        self.at_once(call)
