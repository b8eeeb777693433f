"""Short-lived credentials of browsers, and their place in the registrar."""

from __future__ import annotations

import pytest

from pbxcore.devices import Device, Devices, device_of, device_tag, name_of, password_of
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.matching import MOST_DEVICES
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.registration import ContactAsked, Registration

KEY = b"k" * 32
NOW = 1_700_000_000_000
TAG = device_tag("session")


def devices(now: float = 1000.0) -> Devices:
    return Devices(KEY, lambda: now)


def test_a_name_says_whose_it_is_and_until_when() -> None:
    device = Device("1000", TAG, 1900)
    assert device_of(name_of(device)) == device
    found = devices().signing_in(name_of(device), "wss")
    assert found == (device, password_of(KEY, name_of(device)))


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_they_are_taken_on_websocket_alone(transport: str) -> None:
    assert devices().signing_in(name_of(Device("1000", TAG, 1900)), transport) is None


@pytest.mark.parametrize(
    "name",
    ["1000", "1000~x~y", "", "~~", f"1000~{TAG}~{900:08x}", f"1000~{TAG}~zzzzzzzz", "1000~" * 50],
)
def test_other_names_and_old_ones_are_no_devices(name: str) -> None:
    assert devices().signing_in(name, "wss") is None


def test_a_longer_life_needs_another_password() -> None:
    short, long = (name_of(Device("1000", TAG, until)) for until in (1900, 9_000_000))
    assert password_of(KEY, short) != password_of(KEY, long)
    assert password_of(KEY, short) != password_of(b"x" * 32, short)


def test_a_revoked_device_signs_in_no_more_and_others_do() -> None:
    judged = devices()
    judged.revoke(TAG, 1900)
    assert judged.signing_in(name_of(Device("1000", TAG, 1900)), "wss") is None
    other = name_of(Device("1000", device_tag("other"), 1900))
    assert judged.signing_in(other, "wss") is not None


def test_without_a_key_nobody_has_credentials() -> None:
    assert Devices(b"", lambda: 1000.0).signing_in(name_of(Device("1", TAG, 1900)), "ws") is None


def asks(contact: str, device: str = "", expires_s: int = 600, cseq: int = 1) -> Registration:
    return Registration(
        number="1000",
        call_id=f"{contact}{device}",
        cseq=cseq,
        contacts=(ContactAsked(contact, expires_s),),
        source="10.0.0.1:1",
        local="10.0.0.9:8089",
        transport="wss",
        device=device,
    )


def register(registrar: Registrar, asked: Registration, at: int = 0) -> list[str]:
    outcome = registrar.register(asked, NOW + at, shortest_s=60, longest_s=3600, max_contacts=2)
    return sorted(each.contact for each in outcome.bindings)


def test_browsers_do_not_count_as_phones() -> None:
    registrar = Registrar()
    for at, contact in enumerate(("sip:a@one", "sip:b@two")):
        register(registrar, asks(contact), at)
    for at, tag in enumerate(("11", "22", "33")):
        register(registrar, asks(f"sip:{tag}@x.invalid", tag), 10 + at)
    assert len(registrar.of("1000")) == 5
    assert "sip:a@one" not in register(registrar, asks("sip:c@three"), 20)
    assert len(registrar.of("1000")) == 5


def test_a_browser_has_one_binding_and_sees_no_other() -> None:
    registrar = Registrar()
    register(registrar, asks("sip:a@one"))
    register(registrar, asks("sip:old@x.invalid", TAG), 1)
    assert register(registrar, asks("sip:new@x.invalid", TAG), 2) == [
        "sip:a@one",
        "sip:new@x.invalid",
    ]
    everything = Registration(number="1000", call_id="z", cseq=9, remove_all=True, device=TAG)
    assert register(registrar, everything, 3) == ["sip:a@one"]
    two = (ContactAsked("sip:a@b.invalid", 60), ContactAsked("sip:c@b.invalid", 60))
    both = Registration(number="1000", call_id="y", cseq=1, contacts=two, device=TAG)
    with pytest.raises(RemoteProtocolError, match="Too Many"):
        register(registrar, both, 4)


def test_there_are_not_ever_more_browsers() -> None:
    registrar = Registrar()
    for at in range(MOST_DEVICES + 5):
        register(registrar, asks(f"sip:{at}@x.invalid", f"tag{at}"), at)
    held = [each.device for each in registrar.of("1000")]
    assert held == [f"tag{at}" for at in range(5, MOST_DEVICES + 5)]


def test_signing_out_takes_the_browsers_binding_away() -> None:
    registrar = Registrar()
    register(registrar, asks("sip:a@one"))
    register(registrar, asks("sip:b@x.invalid", TAG), 1)
    [outcome] = registrar.remove_device(TAG)
    assert [each.binding.contact for each in outcome.removed] == ["sip:b@x.invalid"]
    assert [each.contact for each in registrar.of("1000")] == ["sip:a@one"]
    assert registrar.remove_device(TAG) == []
