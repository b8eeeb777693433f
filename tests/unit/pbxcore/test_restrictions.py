"""From which addresses an extension may be used, with and without proxies between."""

from __future__ import annotations

from pbxcore.presence.restrictions import allowed, origins
from pbxcore.sip.message import Request, parse

PROXY = "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKa"


def request(*vias: str) -> Request:
    lines = [f"Via: {each}" for each in vias]
    message = parse("\r\n".join(("REGISTER sip:pbx SIP/2.0", *lines, "", "")).encode())
    assert isinstance(message, Request)
    return message


def phone(sent_by: str, *parameters: str) -> str:
    return ";".join((f"SIP/2.0/UDP {sent_by}", "branch=z9hG4bKp", *parameters))


def found(*vias: str, source: str = "10.9.9.9", trusted: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(origins(request(*vias), source, trusted))


def test_without_a_proxy_the_source_counts_whatever_via_says() -> None:
    assert found(phone("192.0.2.1", "received=192.0.2.2"), source="198.51.100.1") == (
        "198.51.100.1",
    )


def test_trusted_proxy_is_believed_about_whom_it_heard() -> None:
    trusted = ("10.9.9.0/24",)
    assert found(PROXY, phone("192.0.2.1:5060"), trusted=trusted) == ("192.0.2.1",)
    nat = phone("192.168.1.5", "received=192.0.2.7", "rport=1")
    assert found(PROXY, nat, trusted=trusted) == ("192.0.2.7",)
    assert found(f"{PROXY}, {nat}", trusted=trusted) == ("192.0.2.7",)
    named = phone("phone.example", "received=192.0.2.8")
    assert found(PROXY, named, trusted=trusted) == ("192.0.2.8",)


def test_proxy_on_this_machine_is_believed() -> None:
    assert found(PROXY, phone("192.0.2.1"), source="127.0.0.1") == ("192.0.2.1",)


def test_other_proxy_must_be_allowed_itself() -> None:
    assert found(PROXY, phone("192.0.2.1")) == ("192.0.2.1", "10.9.9.9")


def test_chain_of_trusted_proxies_is_followed_and_no_further() -> None:
    inner = "SIP/2.0/UDP 10.9.9.8;branch=z9hG4bKb"
    trusted = ("10.9.9.0/24",)
    assert found(PROXY, inner, phone("192.0.2.1"), trusted=trusted) == ("192.0.2.1",)
    # A stranger who invents a Via below its own is told from the phone it invents.
    invented = phone("192.168.7.7")
    stranger = phone("203.0.113.66")
    assert "203.0.113.66" in found(PROXY, stranger, invented, trusted=trusted)


def test_received_that_no_proxy_wrote_does_not_help() -> None:
    trusted = ("10.9.9.0/24",)
    forged = phone("203.0.113.66", "received=192.0.2.1")
    assert found(PROXY, forged, trusted=trusted) == ("192.0.2.1", "203.0.113.66")
    private = phone("10.0.0.66", "received=10.0.0.1")
    assert found(PROXY, private, trusted=trusted) == ("10.0.0.1", "10.0.0.66")


def test_unreadable_via_leaves_the_proxy() -> None:
    assert found(PROXY, "nonsense") == ("10.9.9.9",)


def test_networks_and_single_addresses_are_allowed() -> None:
    networks = ("192.0.2.0/24", "2001:db8::1", "10.0.0.0/255.0.0.0")
    assert allowed(("192.0.2.200",), networks)
    assert allowed(("::ffff:10.1.2.3",), networks)
    assert allowed(("2001:db8::1",), networks)
    assert not allowed(("192.0.3.1",), networks)
    assert not allowed(("192.0.2.1", "192.0.3.1"), networks)
    assert not allowed(("phone.example",), networks)
    assert allowed(("192.0.3.1",), ())
    assert not allowed(("192.0.3.1",), ("nonsense",))  # better nobody than everybody
