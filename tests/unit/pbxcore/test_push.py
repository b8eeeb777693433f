"""Phones that are woken by a push service (RFC 8599)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.commands import MessageStored, SendMessage
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.push import Push, push_of, refresh_due_ms, sleeper
from pbxcore.presence.reach import is_asleep, phones
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.registration import answer_lines
from pbxcore.services.own_texts import OwnTexts
from pbxcore.services.pager import Pager
from tests.support.handsets import Office
from tests.unit.pbxcore.test_outbound import read

if TYPE_CHECKING:
    from pbxcore.commands import MessageArrived, MessageResult
    from pbxcore.presence.outcome import Outcome
    from pbxcore.presence.registration import Registration
    from pbxcore.sip.transactions.incoming import Incoming

NOW = 1_700_000_000_000
SERVED = ("apns", "webpush")
PHONE = "sip:1000@10.0.0.1:5062;transport=tcp;pn-provider=webpush;pn-prid=https%3A%2F%2Fp%2F1"


def registered(contact: str = f"<{PHONE}>", cseq: int = 1) -> Registration:
    return read("Contact: " + contact, "Expires: 600", cseq=cseq, services=SERVED)


def register(registrar: Registrar, registration: Registration, now_ms: int = NOW) -> Outcome:
    return registrar.register(registration, now_ms, shortest_s=60, longest_s=3600, max_contacts=10)


def test_a_contact_says_whom_a_push_wakes() -> None:
    assert push_of("sip:1000@10.0.0.1:5062;transport=tcp") is None
    assert push_of(PHONE) == Push("webpush", prid="https://p/1")
    assert push_of("sip:a@b;PN-Provider=apns;pn-param=T.app;pn-prid=00fc") == Push(
        "apns", "T.app", "00fc"
    )
    assert push_of("sip:a@b;pn-provider") == Push("")


def test_the_answer_names_the_service_or_all_for_who_only_asks() -> None:
    def told(contact: str) -> list[bytes]:
        lines = answer_lines(registered(contact), (), NOW, lambda _: (b"", b""))
        return [each for each in lines if each.startswith(b"Feature-Caps")]

    assert told(f"<{PHONE}>") == [b'Feature-Caps: *;+sip.pns="webpush"']
    assert told("<sip:a@b;pn-provider>") == [
        b'Feature-Caps: *;+sip.pns="apns", *;+sip.pns="webpush"'
    ]
    assert told("<sip:a@b>") == []


def test_a_service_that_nobody_serves_is_refused_where_push_is_known_at_all() -> None:
    other = "Contact: <sip:a@b;pn-provider=acme;pn-prid=1>"
    with pytest.raises(RemoteProtocolError) as refused:
        read(other, services=SERVED)
    assert refused.value.status == 555
    assert not read(other).contacts[0].wakes
    assert not read(other).services


def test_who_can_be_woken_outlasts_its_connection_and_comes_back_by_another() -> None:
    registrar = Registrar()
    (binding,) = register(registrar, registered()).bindings
    assert binding.wakes
    lost = msgspec.structs.replace(binding, flow_bound=True)
    assert not is_asleep(lost)  # its connection stands
    lost = msgspec.structs.replace(lost, lost_at_ms=NOW + 1)
    assert is_asleep(lost)
    assert phones([lost]) == []
    assert phones([lost], asleep=True) == [[lost]]
    registrar = Registrar()
    registrar.restore([msgspec.structs.replace(binding, flow_bound=True)], NOW + 1)
    (kept,) = registrar.of("1000")
    assert (kept.lost_at_ms, kept.expires_at_ms) == (NOW + 1, binding.expires_at_ms)
    moved = register(registrar, registered(f"<{PHONE.replace('5062', '6100')}>", 2), NOW + 5000)
    assert [each.contact for each in moved.bindings] == [PHONE.replace("5062", "6100")]


def bound(contact: str, source: str, **fields: object) -> StoredBinding:
    found = StoredBinding(
        "1000", contact, "c", 1, 1000, "", source, "10.0.0.9:5060", "tcp", NOW, NOW + 600_000
    )
    wakes = push_of(contact) is not None
    return msgspec.structs.replace(found, **({"wakes": wakes} | fields))


DESK = "sip:1000@10.0.0.2:5060;transport=tcp"
PROXY = "10.0.0.7:5060"


def test_who_watches_is_the_phone_at_that_contact_whoever_shares_its_connection() -> None:
    mobile, desk = bound(PHONE, PROXY), bound(DESK, PROXY)
    for bindings in (mobile, desk), (desk, mobile):
        assert sleeper(bindings, DESK.encode(), PROXY) is None
        assert sleeper(bindings, PHONE.encode(), PROXY) is mobile
        assert sleeper(bindings, PHONE.partition(";pn")[0].encode(), "10.0.0.8:1") is mobile
        assert sleeper(bindings, b"sip:1000@10.0.0.3", PROXY) is None  # it may be either
    by_gruu = bound(PHONE, PROXY, instance="urn:uuid:1")
    assert sleeper((desk, by_gruu), b"sip:1000@pbx.test;gr=urn:uuid:1", "10.0.0.8:1") is by_gruu


def test_who_gave_another_contact_is_the_one_that_came_from_there() -> None:
    other, source = b"sip:1000@192.168.1.5:5070", "203.0.113.5:40000"
    mobile, desk = bound(PHONE, source), bound(DESK, PROXY)
    assert sleeper((desk, mobile), other, source) is mobile
    assert sleeper((desk, mobile), other, PROXY) is None
    assert sleeper((mobile, bound(DESK, source)), other, source) is None
    for between in {"path": ("<sip:edge.test;lr>",)}, {"origin": "192.168.1.5"}:
        assert sleeper((bound(PHONE, source, **between),), other, source) is None


class Bedroom(Office):
    """An office where bob's phone sleeps."""

    def __init__(self) -> None:
        super().__init__("alice", "bob")
        house = self.house
        (awake,) = house.bindings["bob"]
        contact = awake.contact + ";pn-provider=webpush;pn-prid=1"
        self.binding = msgspec.structs.replace(awake, contact=contact, wakes=True)
        house.bindings["bob"] = (self.binding,)
        house.settle(push_gateway="https://push.test/wake")
        self.pushed: list[tuple[Push, str]] = []
        rousing = house.context.rousing
        rousing.push = lambda push, number: self.pushed.append((push, number))
        self.invariants.watch("phones being woken", lambda: len(rousing))

        self.texts: list[tuple[bytes, bytes]] = []
        self["bob"].requested = self._read  # type: ignore[method-assign]
        pager = Pager(
            house.directory,
            house.stack.layer,
            record=house.facts.append,
            arrived=_stored,
            entropy=self.chance.octets,
        )
        self.own = OwnTexts(lambda number: house.bindings.get(number, ()), pager, rousing.wake)

    def wake(self, contact: str = "") -> None:
        later = msgspec.structs.replace(
            self.binding, cseq=self.binding.cseq + 1, contact=contact or self.binding.contact
        )
        self.house.bindings["bob"] = (later,)
        self.house.context.rousing.registered("bob")

    def send(self, id_: str = "m1") -> asyncio.Task[MessageResult]:
        """The product has a text for bob's phone."""
        command = SendMessage(id_, "bob", self.binding.contact, "news", "", "Come at once")
        return asyncio.create_task(self.own.send(command))

    async def pass_s(self, seconds: float) -> None:
        """Let time pass, and tasks see what came of it."""
        for each in (0, seconds, 0.01):
            self.run(each)
            for _ in range(5):
                await asyncio.sleep(0)

    def _read(self, incoming: Incoming) -> None:
        self.texts.append((incoming.request.uri, incoming.request.body))
        incoming.answer(200)


async def _stored(_message: MessageArrived) -> MessageStored:
    return MessageStored(202)


def test_a_call_wakes_the_phone_and_waits_for_its_registration() -> None:
    with Bedroom() as office:
        alice = office["alice"].dial("bob")
        office.run(3)
        assert office.pushed == [(Push("webpush", prid="1"), "bob")]
        assert not office["bob"].talks
        office.wake()
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()


def test_without_a_gateway_nobody_is_woken() -> None:
    with Bedroom() as office:
        office.house.settle(push_gateway="")
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert not office.pushed
        alice.hang_up()
        office.run()
        office.check()


def test_a_phone_that_does_not_wake_is_not_reached() -> None:
    with Bedroom() as office:
        alice = office["alice"].dial("bob")
        office.house.context.rousing.registered("bob")  # nothing new
        office.run()
        office.check()
        assert not office["bob"].talks
        assert alice.notes[-1] == "480"


def test_a_caller_who_gives_up_rings_nobody_later() -> None:
    with Bedroom() as office:
        alice = office["alice"].dial("bob")
        office.run(2)
        alice.hang_up()
        office.run(1)
        office.wake()
        office.run()
        office.check()
        assert not office["bob"].talks


async def test_a_text_of_ours_wakes_the_phone_and_goes_where_it_registers() -> None:
    with Bedroom() as office:
        sent, beside = office.send(), office.send("m2")
        await office.pass_s(3)
        assert office.pushed == [(Push("webpush", prid="1"), "bob")]  # once for both
        assert not office.texts
        moved = office.binding.contact.replace("sip:bob", "sip:robert")
        office.wake(moved)
        await office.pass_s(1)
        assert (sent.result().status, beside.result().status) == (200, 200)
        assert office.texts == [(moved.encode(), b"Come at once")] * 2
        assert len(office.house.context.rousing) == 0


async def test_a_text_of_ours_to_a_phone_that_sleeps_on_is_not_sent() -> None:
    with Bedroom() as office:
        sent = office.send()
        await office.pass_s(9.9)
        assert not sent.done()
        await office.pass_s(0.2)
        assert sent.result().status == 480
        office.wake()
        await office.pass_s(40)
        assert not office.texts
        assert len(office.pushed) == 1
        again = office.send()
        await office.pass_s(1)
        office.wake()  # nothing new: it slept since
        again.cancel()
        await office.pass_s(10)
        assert not office.texts


async def test_a_text_of_ours_goes_at_once_where_nobody_can_be_woken() -> None:
    with Bedroom() as office:
        office.house.settle(push_gateway="")
        sent = office.send()
        await office.pass_s(1)
        assert sent.result().status == 200
        assert not office.pushed


def test_a_phone_is_woken_once_before_its_registration_ends() -> None:
    with Bedroom() as office:
        rousing, house = office.house.context.rousing, office.house
        now_ms = round(house.context.moment() * 1000)

        def stands(lasts_s: int, **fields: bool) -> None:
            house.bindings["bob"] = (
                msgspec.structs.replace(
                    office.binding,
                    registered_at_ms=now_ms,
                    expires_at_ms=now_ms + lasts_s * 1000,
                    **fields,
                ),
            )
            rousing.registered("bob")
            rousing.registered("bob")  # by another phone

        def pushed(seconds: float) -> int:
            office.pushed.clear()
            for _ in range(round(seconds)):
                office.run(1)
                rousing.tick()
            return len(office.pushed)

        stands(600)
        assert pushed(479) == 0
        assert pushed(2) == 1
        assert pushed(200) == 0
        now_ms += 681_000
        stands(60)  # not at once
        assert pushed(29) == 0
        stands(600)  # it came by itself
        assert pushed(60) == 0
        stands(600, refreshes=True)
        assert pushed(600) == 0
        assert not office["bob"].talks


def test_a_phone_that_refreshes_by_itself_is_told_how_early() -> None:
    asked = registered(f"<{PHONE}>;+sip.pnsreg")
    assert asked.contacts[0].refreshes
    lines = answer_lines(asked, (), NOW, lambda _: (b"", b""))
    assert b'Feature-Caps: *;+sip.pns="webpush", *;+sip.pnsreg="121"' in lines
    (binding,) = register(Registrar(), asked).bindings
    assert refresh_due_ms(binding) is None


def test_bindings_of_before_have_no_push() -> None:
    stored = msgspec.msgpack.encode(
        StoredBinding("1000", PHONE, "c", 1, 1000, "", "10.0.0.1:1", "10.0.0.9:1", "tcp", 1, 2)
    )
    assert not msgspec.msgpack.decode(stored, type=StoredBinding).wakes
