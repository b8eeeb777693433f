"""The rules for phones, as the form and the HTTPS API have them."""

from __future__ import annotations

import pytest

from engage.people.phone_rules import (
    NOWHERE,
    PhoneRules,
    auth_id_problem,
    options_for,
)
from engage.system.networks import networks_problem


def test_nothing_is_restricted_or_asked_until_it_is_set() -> None:
    assert PhoneRules.of({}) == PhoneRules("", (), 0)
    assert options_for({"auth_id": "", "allowed_networks": [], "qualify_s": 0}) == {}


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"strategy_ipacl": 0, "local_network1": "10.0.0.0/8", "specific_ip": "192.0.2.1"}, ()),
        ({"strategy_ipacl": 1, "local_network3": "10.0.0.0/255.0.0.0"}, ("10.0.0.0/255.0.0.0",)),
        ({"strategy_ipacl": "1", "local_network1": "10.0.0.0/8"}, ("10.0.0.0/8",)),
        ({"strategy_ipacl": 2, "specific_ip": "192.0.2.1"}, ("192.0.2.1",)),
        ({"strategy_ipacl": 2, "local_network1": "10.0.0.0/8"}, (NOWHERE,)),
        ({"strategy_ipacl": 1}, (NOWHERE,)),
    ],
)
def test_strategy_says_which_addresses_count(
    options: dict[str, object], allowed: tuple[str, ...]
) -> None:
    assert PhoneRules.of(options).allowed_networks == allowed


@pytest.mark.parametrize(
    "given",
    [
        {"auth_id": "reception", "allowed_networks": ["192.0.2.1"], "qualify_s": 30},
        {"auth_id": "é+!", "allowed_networks": ["192.0.2.0/24", "2001:db8::1"], "qualify_s": 3600},
        {"auth_id": "", "allowed_networks": ["192.0.2.0/24"], "qualify_s": 0},
    ],
)
def test_what_the_form_sets_is_read_again(given: dict[str, object]) -> None:
    rules = PhoneRules.of(options_for(given))
    assert {"auth_id": rules.auth_id, "qualify_s": rules.qualify_s} == {
        name: given[name] for name in ("auth_id", "qualify_s")
    }
    assert list(rules.allowed_networks) == given["allowed_networks"]


def test_fewer_networks_leave_none_of_the_old_ones_behind() -> None:
    options = options_for({"allowed_networks": ["10.0.0.0/8", "192.0.2.0/24", "198.51.100.1"]})
    options |= options_for({"allowed_networks": ["10.0.0.0/8"]}, PhoneRules.of(options))
    assert PhoneRules.of(options).allowed_networks == ("10.0.0.0/8",)
    options |= options_for({"allowed_networks": []}, PhoneRules.of(options))
    assert PhoneRules.of(options).allowed_networks == ()


def test_asking_that_is_switched_off_keeps_its_interval() -> None:
    options = options_for({"qualify_s": 15})
    options |= options_for({"qualify_s": 0}, PhoneRules.of(options))
    assert options == {"enable_qualify": "no", "qualifyfreq": 15}
    assert PhoneRules.of({"enable_qualify": "yes"}).qualify_s == 60


def test_problems_are_named() -> None:
    assert auth_id_problem("") is auth_id_problem("a+b_c!'%é") is None
    assert auth_id_problem("two words")
    assert auth_id_problem("a@b")
    assert networks_problem(["10.0.0.0/8", "::1"]) is None
    assert networks_problem(["10.0.0.0/33"])
    assert networks_problem([""])
