"""Phones for the simulator that register, watch and publish, and must see the truth at last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from pbxcore.directory import (
    Directory,
    Extension,
    Mailbox,
    Snapshot,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.packages.message_summary import read_summary
from pbxcore.presence.packages.presence import PIDF, Presence, Service, read_pidf, write_pidf
from pbxcore.simulator import Conditions, Server, Simulation, Stack
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.grammar import seconds
from pbxcore.sip.headers.events import Event
from pbxcore.sip.user_agent import Application, UserAgent
from tests.support.scenarios import NAMES

if TYPE_CHECKING:
    from pbxcore.sip.agent.subscription import Notified, Subscription
    from pbxcore.sip.message import Response
    from pbxcore.sip.transactions.incoming import Incoming

EXPIRY_S: Final = 120
TROUBLE_S: Final = 300.0
"""How long the network does what it likes."""
CALM_S: Final = 2.0 * EXPIRY_S + 64
"""After which nobody may believe anything wrong: all was renewed, or has expired."""


class Desk(Application):
    """A phone that registers, and watches its own mailbox and everybody's presence.

    Attributes:
        mailbox: what it was told last; None before it was told anything.
        present: whom it believes to be there.
        mood: what it says of its owner; `moods` what it believes of the others.
    """

    def __init__(self, simulation: Simulation, stack: Stack, server: Stack, transport: str):
        self.simulation, self.stack, self._chance = simulation, stack, simulation.chance
        self._server = server.uri.partition(b"@")[2]
        self._tail = b"" if transport == "udp" else b";transport=" + transport.encode()
        self.name = stack.name
        self.mailbox: Mailbox | None = None
        self.present: dict[str, bool] = {}
        self.mood, self.moods = "", dict[str, str]()
        self._etag, self._publishing = b"", False
        self.registered_until = 0.0
        self._on = False
        self._watching: dict[bytes, Subscription] = {}
        account = Account(stack.name, f"of {stack.name}")
        octets = simulation.chance.octets
        self._attempts = DigestClient(lambda _realm: account, lambda: octets(8).hex().encode())
        self._address = address = b"<%b>" % self._uri(self.name.encode())
        self.agent = UserAgent(
            stack.layer,
            UriRouter(stack, lambda most: simulation.chance.below(most + 1)),
            Profile(address, user=self.name.encode()),
            octets,
            self,
            self._attempts,
        )
        stack.layer.on_request = self.agent.receive
        self._conversation = self.agent.conversation(
            b"sip:" + self._server + self._tail, from_=address, to=address
        )
        simulation.invariants.watch(f"dialogs of {self.name}", lambda: len(self.agent))
        simulation.invariants.watch(f"subscriptions {self.name} has", lambda: len(self._watching))

    def switch_on(self) -> None:
        """Register, and watch."""
        if not self._on:
            self._on = True
            self._register()
            for event, number in self._wishes():
                self._watch_again(event, number)

    def switch_off(self) -> None:
        """Say goodbye."""
        self._on = False
        self._register()
        self.say("")
        for each in list(self._watching.values()):
            each.stop()

    def requested(self, incoming: Incoming) -> None:
        """Take a NOTIFY that nobody asked for."""
        if incoming.request.method != b"NOTIFY":
            raise RemoteProtocolError(405)
        incoming.answer(200)

    def _uri(self, user: bytes) -> bytes:
        return b"sip:%b@%b%b" % (user, self._server, self._tail)

    def _wishes(self) -> list[tuple[bytes, str]]:
        watched = [(b"presence", each) for each in NAMES if each != self.name]
        return [(b"message-summary", self.name), *watched]

    # Registration

    def _register(self) -> None:
        expires_s = EXPIRY_S if self._on else 0
        contact = b"Contact: <%b%b>" % (self.stack.uri, self._tail)
        lines = (contact, b"Expires: %d" % expires_s)
        self.agent.request(
            b"REGISTER",
            self._conversation,
            lambda status, response: self._registered(expires_s, status, response),
            lines=lines,
        )

    def _registered(self, asked_s: int, status: int, response: Response | None) -> None:
        if status != 200 or response is None:
            if bool(asked_s) == self._on:
                self.simulation.after(self._chance.between(1, 20), self._again)
            return
        granted_s = _granted(response, self.stack.uri) if asked_s else 0
        assert granted_s <= asked_s
        self.registered_until = self.simulation.clock.now + granted_s
        if asked_s and self._on:
            self.simulation.after(granted_s / 2, self._again)

    def _again(self) -> None:
        still_there = self.simulation.clock.now < self.registered_until
        if self._on or still_there:
            self._register()

    # Publication

    def say(self, mood: str) -> None:
        """Tell everybody how its owner is; nothing takes back what was told."""
        self.mood = mood
        self._publish()

    def _publish(self) -> None:
        if self._publishing or not (self.mood or self._etag):
            return  # one at a time: each answer brings the tag of the next
        self._publishing, mood = True, self.mood
        uri = self._uri(self.name.encode())
        lines = [b"Event: presence", b"Expires: %d" % (EXPIRY_S if mood else 0)]
        lines += [b"SIP-If-Match: " + self._etag] if self._etag else []
        body = b""
        if mood:
            lines.append(b"Content-Type: " + PIDF)
            body = write_pidf(Presence((Service("desk", open=True),), note=mood), uri.decode())

        def answered(status: int, response: Response | None) -> None:
            self._publishing = False
            self._published(mood, status, response)

        conversation = self.agent.conversation(uri, from_=self._address, to=self._address)
        self.agent.request(b"PUBLISH", conversation, answered, lines=tuple(lines), body=body)

    def _published(self, mood: str, status: int, response: Response | None) -> None:
        after, again_s = self.simulation.after, self._chance.between(1, 20)
        if status == 200 and response is not None:
            self._etag = (response.get(b"sip-etag") or b"") if mood else b""
            again_s = EXPIRY_S / 2 if mood == self.mood else 0.0
        elif status == 412 or not mood:
            self._etag = b""  # it has expired, or will
        if self.mood or (mood and self._etag):
            after(again_s, self._publish)

    # Subscriptions

    def _watch_again(self, event: bytes, number: str) -> None:
        """Unless nobody wants to know, or the last time has not ended yet."""
        key = event + b" " + number.encode()
        if self._on and key not in self._watching:
            self._watch(key, event, number)

    def _watch(self, key: bytes, event: bytes, number: str) -> None:
        told_before: list[int] = []

        def told(notified: Notified) -> None:
            if notified.body:
                self._learn(event, number, notified.body, told_before)
            if notified.ended:
                self._watching.pop(key, None)
                wait_s = self._chance.between(1, 20)
                self.simulation.after(wait_s, lambda: self._watch_again(event, number))

        uri = self._uri(number.encode())
        subscription = self.agent.subscribe(uri, Event(event), told, expires_s=EXPIRY_S)
        if not subscription.ended:
            self._watching[key] = subscription

    def _learn(self, event: bytes, number: str, body: bytes, before: list[int]) -> None:
        if event == b"presence":
            told = read_pidf(body)
            self.present[number] = any(each.open for each in told.services)
            self.moods[number] = told.note
            return
        self.mailbox = read_summary(body)
        # Mailboxes only fill here: within one dialog nothing older is told after something newer.
        assert all(each <= self.mailbox.new for each in before), (before, self.mailbox)
        before.append(self.mailbox.new)


def _granted(response: Response, uri: bytes) -> int:
    """The seconds that a 200 grants to our contact."""
    for each in response.lines_of(b"contact"):
        if uri in each:
            return seconds(each.rpartition(b"expires=")[2]) or 0
    raise AssertionError("a 200 without our contact")


class Trouble(NamedTuple):
    """What happens to a phone's way to the server, or to the server itself.

    `kind` is `cut`, `break`, `crash` (both for `seconds`), `message` (one more in the mailbox),
    `mood` (another one is told), `off` or `on`.
    """

    at: float
    kind: str
    who: int
    seconds: float


class Registered:
    """A server and three phones, until nothing is left of them."""

    def __init__(self, seed: int, conditions: Conditions, transports: list[str]) -> None:
        self.simulation = Simulation(seed, conditions)
        stack = self.simulation.stack("server", "10.0.0.9")
        settings = DomainSettings(realm="here", unsolicited_mwi=seed % 2 == 0)
        people = tuple(Extension(each, each, f"of {each}") for each in NAMES)
        directory = Directory(Snapshot(1, settings, people))
        self.server = Server(self.simulation, stack, directory)
        self.desks = [
            Desk(self.simulation, self.simulation.stack(name, f"10.0.0.{at}"), stack, transport)
            for at, (name, transport) in enumerate(zip(NAMES, transports, strict=True), 1)
        ]
        self._stack = stack

    def happen(self, trouble: Trouble) -> None:
        """Let something go wrong, or change."""
        desk, network = self.desks[trouble.who], self.simulation.network
        match trouble.kind:
            case "cut":
                for ends in (desk.stack, self._stack), (self._stack, desk.stack):
                    network.cut(*ends)
                    self.simulation.after(trouble.seconds, lambda ends=ends: network.heal(*ends))
            case "break":
                network.break_connections(desk.stack, self._stack)
            case "crash":
                self.server.crash(trouble.seconds)
            case "message":
                waiting = self.server.mailbox(desk.name).new
                self.server.put_mailbox(desk.name, Mailbox(new=waiting + 1))
            case "mood":
                desk.say(f"since {trouble.at}")
            case "off":
                desk.switch_off()
            case "on":
                desk.switch_on()

    def play(self, troubles: list[Trouble]) -> None:
        """Begin, be in trouble, see that all believe the truth, and end."""
        with self.simulation as simulation:
            for desk in self.desks:
                simulation.after(simulation.chance.between(0, 5), desk.switch_on)
            for each in troubles:
                simulation.after(each.at, lambda each=each: self.happen(each))
            simulation.run(TROUBLE_S)
            for desk in self.desks:
                simulation.network.set_path(desk.stack, self._stack, Conditions())
                simulation.network.set_path(self._stack, desk.stack, Conditions())
                desk.switch_on()
            simulation.run(CALM_S)
            self.see_the_truth()
            for desk in self.desks:
                desk.switch_off()
            simulation.run()
            simulation.check()

    def see_the_truth(self) -> None:
        """Check that nobody believes what is not so."""
        for desk in self.desks:
            contacts = [each.contact for each in self.server.bindings(desk.name)]
            assert len(contacts) == 1, f"{desk.name} is registered as {contacts}"
            assert contacts[0].encode().startswith(desk.stack.uri)
            assert desk.registered_until > self.simulation.clock.now
            assert desk.mailbox == self.server.mailbox(desk.name), desk.name
            assert all(desk.present.values()), f"{desk.name} sees {desk.present}"
            assert len(desk.present) == len(self.desks) - 1
            for other in self.desks:
                if other.mood and other is not desk:
                    assert desk.moods[other.name] == other.mood, desk.name


TROUBLES: Final = st.lists(
    st.builds(
        Trouble,
        st.floats(0, TROUBLE_S - 60),
        st.sampled_from(["cut", "break", "crash", "message", "mood", "off", "on"]),
        st.integers(0, 2),
        st.floats(0, 50),
    ),
    max_size=8,
)
TRANSPORTS: Final = st.lists(st.sampled_from(["udp", "tcp"]), min_size=3, max_size=3)
