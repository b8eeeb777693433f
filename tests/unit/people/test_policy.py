"""What may be a password, a SIP secret, an address, a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.people import policy
from engage.people.extension_rows import random_secret
from engage.people.numbers import NumberRanges


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 201, "ana.costa", "password1", "Passw0rd", "12345678", "hgfedcba", "aabbaabb"],
)
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    assert policy.password_problem(password, "ana.costa") is not None


@pytest.mark.parametrize("password", ["Abc123456!", "Kp7!vale2040", "correct horse", "Demo-1099!"])
def test_other_passwords_are_taken(password: str) -> None:
    assert policy.password_problem(password, "1099") is None


@pytest.mark.parametrize(
    ("secret", "fits"),
    [
        ("Abc123456!", True),
        ("Kp7!vale2040", True),
        ("Sip-2040!", True),
        ("2040abc", False),
        ("20402040a", False),
        ("abcdefgh", False),
        ("12345678", False),
        ("a1b2c", False),
        ("a1" * 33, False),
        ("pässw0rd", False),
        ("tab\tsecret1", False),
    ],
)
def test_sip_secrets_are_more_than_the_number(secret: str, fits: bool) -> None:
    assert (policy.secret_problem(secret, "2040") is None) is fits


def test_a_secret_that_is_made_passes_its_own_policy() -> None:
    made = {random_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(policy.secret_problem(each, "1000") is None for each in made)


@pytest.mark.parametrize(
    ("email", "fits"),
    [
        ("", True),
        ("ana@example.test", True),
        ("o'brien+pbx@mail.example.com", True),
        ("jürgen@bücher.example", True),
        ("ana", False),
        ("ana@", False),
        ("a@b@c.test", False),
        ("ana@example.test\nBcc: x@x.test", False),
        ("x" * 250 + "@example.test", False),
    ],
)
def test_addresses_are_those_that_mail_could_be_sent_to(email: str, fits: bool) -> None:
    assert (policy.email_problem(email) is None) is fits


@given(st.text(max_size=30))
def test_names_of_one_key_are_the_same_whatever_their_case(name: str) -> None:
    assert policy.name_key(name) == policy.name_key(policy.name_key(name))


def test_a_line_holds_no_control_character() -> None:
    assert policy.line("  Ana\u202e Costa ") == "Ana Costa"
    for bad in ("a\nb", "a\x00b", "a\u2028b", "\ud800"):
        with pytest.raises(ValueError, match="no line"):
            policy.line(bad)


def test_ranges_bind_new_numbers_only_while_they_are_checked() -> None:
    ranges = NumberRanges()
    assert ranges.problem("extensions", "1000") is None
    assert ranges.problem("extensions", "6300") is not None
    assert ranges.problem("extensions", "01000") is not None
    assert ranges.problem("queues", "6500") is None
    assert ranges.problem("queues", "1000") is not None
    free = NumberRanges(check_ranges=False)
    assert free.problem("extensions", "007") is None
    assert free.problem("extensions", "1") is not None
    with pytest.raises(ValueError, match="before it begins"):
        NumberRanges(extensions_from=2000, extensions_to=1000)
