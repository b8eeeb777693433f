"""SIP settings that hold for all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.people.phone_rules import PhoneRules, options_for
from engage.telephony.sip_settings import SipSettings


def test_algorithms_are_offered_in_one_order_and_never_none() -> None:
    settings = SipSettings(digest_algorithms=("SHA-512-256", "SHA-256", "MD5"))
    assert settings.digest_algorithms == ("MD5", "SHA-256", "SHA-512-256")
    with pytest.raises(ValidationError):
        SipSettings(digest_algorithms=())


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", "192.0.2.53:53"),
        ("192.0.2.53:5353", "192.0.2.53:5353"),
        ("2001:db8::1", "[2001:db8::1]:53"),
        ("[2001:db8::1]", "[2001:db8::1]:53"),
        ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
    ],
)
def test_name_servers_have_a_port(text: str, server: str) -> None:
    assert SipSettings(name_servers=(text,)).name_servers == (server,)


@pytest.mark.parametrize("text", ["dns.example", "192.0.2.53:0", "192.0.2.53:x", "[::1]:0", ":53"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SipSettings(name_servers=(text,))


def test_extension_keeps_its_own_algorithms() -> None:
    options = options_for({"digest_algorithms": ["SHA-256", "MD5"]})
    assert options == {"digest_algorithms": ["MD5", "SHA-256"]}
    assert PhoneRules.of(options).digest_algorithms == ("MD5", "SHA-256")
    assert PhoneRules.of({}).digest_algorithms == ()
