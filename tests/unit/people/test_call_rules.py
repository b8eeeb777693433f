"""What an extension wants of its calls, as its options say."""

from __future__ import annotations

import pytest

from engage.people.call_rules import CallRules


def test_what_is_not_set_is_as_usual() -> None:
    assert CallRules.of({}) == CallRules(60, call_waiting=True, srtp="optional")


@pytest.mark.parametrize(
    ("option", "srtp"), [("no", "off"), ("support", "optional"), ("yes", "required")]
)
def test_what_is_set_counts(option: str, srtp: str) -> None:
    rules = CallRules.of({"ring_timeout": 20, "call_waiting": "no", "encryption": option})
    assert (rules.ring_s, rules.call_waiting, rules.srtp) == (20, False, srtp)
