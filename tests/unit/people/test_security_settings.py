"""The settings of signing in: what they allow, whom they trust, whom they ask for more."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.people.sign_in.settings import SecuritySettings


def test_fifty_trusted_networks_are_taken_and_the_next_is_refused_by_number() -> None:
    networks = [f"192.0.2.{each}" for each in range(51)]
    assert len(SecuritySettings(trusted_networks=networks[:50]).trusted_networks) == 50
    with pytest.raises(ValidationError, match="at most 50"):
        SecuritySettings(trusted_networks=networks)


@pytest.mark.parametrize("wrong", ["chat.example", "10.0.0.0/33", "300.1.1.1", "10.0.0.0/8/8"])
def test_what_is_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        SecuritySettings(trusted_networks=[wrong])


def test_networks_are_written_one_way_and_trusted_whole() -> None:
    settings = SecuritySettings(trusted_networks=["10.1.2.3/8", "2001:DB8::/32", "192.0.2.7"])
    assert settings.trusted_networks == ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7")
    for inside in ("10.200.0.1", "2001:db8::1", "::ffff:10.0.0.1", "192.0.2.7"):
        assert settings.trusts(inside), inside
    for outside in ("11.0.0.1", "2001:db9::1", "192.0.2.8", "", "somewhere"):
        assert not settings.trusts(outside), outside


def test_whom_a_second_factor_is_asked_of() -> None:
    asked = {
        choice: [
            role
            for role in ("admin", "user")
            if SecuritySettings.model_validate({"second_factor": choice}).requires_factor(role)
        ]
        for choice in ("optional", "administrators", "everyone")
    }
    assert asked == {"optional": [], "administrators": ["admin"], "everyone": ["admin", "user"]}


def test_the_numbers_become_the_guards_rules() -> None:
    settings = SecuritySettings(lock_failures=3, lock_window=2, lock_time=60)
    assert settings.by_user.failures == 3
    assert settings.by_user.window_ms == 120_000
    assert settings.by_address.lock_ms == 3_600_000
