"""What a trunk may say, and what the PBX is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_model import TrunkEntry, problems_of
from pbxcore.dialplan.place import Place
from pbxcore.directory import Trunk


class Plain:
    """Seals nothing."""

    def seal(self, clear: str) -> str:
        return clear

    def open(self, sealed: str) -> str:
        return sealed


def form(**fields: Any) -> TrunkForm:
    usual = {"name": "Provider", "host": "sip.provider.example", "username": "user"}
    return TrunkForm.model_validate({**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"host": "192.0.2.1", "port": 5080}, []),
        ({"host": "2001:db8::1"}, []),
        ({"auth_id": "user-1_a!b$c&d+e~f", "trunk_registration_number": "555-1000"}, []),
        ({"outbound_proxy": "sip:[2001:db8::1]:5060;lr"}, []),
        ({"outbound_proxy": "proxy.example:5062"}, []),
        ({"kind": "peer", "username": ""}, []),
        ({"need_registration": False, "username": ""}, []),
        ({"host": ""}, ["host"]),
        ({"host": "sip:provider.example"}, ["host"]),
        ({"host": "a b"}, ["host"]),
        ({"host": "provider.example:5060"}, ["host"]),
        ({"host": "bücher.example"}, ["host"]),
        ({"outbound_proxy": "proxy.example:99999"}, ["outbound_proxy"]),
        ({"outbound_proxy": "<sip:proxy.example>"}, ["outbound_proxy"]),
        ({"from_domain": "a@b"}, ["from_domain"]),
        ({"trunk_registration_number": "555 1000"}, ["trunk_registration_number"]),
        ({"ip_allow_list": ["192.0.2.0/33"]}, ["ip_allow_list"]),
        ({"call_limit_s": 60, "call_warning_s": 60}, ["call_warning_s"]),
        ({"call_warning_s": 5}, ["call_warning_s"]),
        ({"fax_detection": True}, ["fax_destination"]),
        ({"fax_destination": "nobody"}, []),
        ({"fax_detection": True, "fax_to": "email"}, []),
        ({"fax_detection": True, "fax_to": "email", "fax_destination": "7200"}, []),
        ({"fax_detection": True, "fax_to": "email", "fax_destination": "a@x.test; b@x.test"}, []),
        ({"fax_detection": True, "fax_to": "email", "fax_destination": "x"}, ["fax_destination"]),
        ({"username": ""}, ["username"]),
        ({"kind": "peer", "auth_trunk": True, "username": ""}, ["username"]),
    ],
)
def test_fields_that_will_not_do_are_named(fields: dict[str, Any], wrong: list[str]) -> None:
    assert list(problems_of(form(**fields), password=True)) == wrong


def test_password_is_needed_to_register_only() -> None:
    assert list(problems_of(form(), password=False)) == ["password"]
    assert problems_of(form(kind="peer"), password=False) == {}


def test_pbx_is_told_what_it_needs() -> None:
    entry = TrunkEntry(
        "t1",
        form(
            auth_id="auth",
            trunk_registration_number="555-1000",
            heartbeat_detection=True,
            heartbeat_frequency_s=30,
        ),
        "pw",
        1,
        0,
    )
    assert entry.for_pbx(Plain()) == Trunk(
        "t1",
        "Provider",
        "sip.provider.example",
        registers=True,
        username="user",
        auth_id="auth",
        password="pw",  # noqa: S106
        number="555-1000",
        keep_alive_s=30,
    )


def test_faxes_go_where_the_trunk_says_or_to_the_default_address() -> None:
    def place(**fields: Any) -> Place | None:
        return TrunkEntry("t", form(**fields), "", 1, 0).for_pbx(Plain()).fax_place

    assert place(fax_destination="1000") is None
    assert place(fax_detection=True, fax_destination="1000") == Place("extension", "1000")
    assert place(fax_detection=True, fax_to="email") == Place("fax", "")


def test_a_dod_is_shown_by_the_members_of_its_groups() -> None:
    dods = [
        {"number": "5551", "extensions": ["1000"], "groups": ["sales", "gone"]},
        {"number": "5552", "extensions": ["1003"]},
    ]
    entry = TrunkEntry("t", form(dods=dods), "", 1, 0)
    members = {"sales": ["1001", "1000"]}
    trunk = entry.with_groups(
        entry.for_pbx(Plain()), lambda ids: [each for at in ids for each in members.get(at, [])]
    )
    assert [each.callers for each in trunk.dods] == [("1000", "1001"), ("1003",)]


@pytest.mark.parametrize("code", ["200", "50", "7xx", "5x3"])
def test_only_refusals_lead_to_the_next_trunk(code: str) -> None:
    with pytest.raises(ValidationError):
        form(failover_statuses=[code])


def test_peer_is_trusted_by_what_is_named_else_by_its_address() -> None:
    def networks(**fields: Any) -> tuple[str, ...]:
        return TrunkEntry("t", form(**fields), "", 1, 0).for_pbx(Plain()).networks

    assert networks(kind="peer", host="192.0.2.1") == ("192.0.2.1",)
    assert networks(kind="peer") == ()
    assert networks(kind="peer", host="192.0.2.1", ip_allow_list=["10.0.0.0/8"]) == ("10.0.0.0/8",)
    assert networks(host="192.0.2.1") == ()
