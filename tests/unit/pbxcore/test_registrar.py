"""The registrar's rules."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.registrar import IntervalTooBrief, Registrar, granted_expiry
from pbxcore.presence.registration import ContactAsked, Registration

if TYPE_CHECKING:
    from pbxcore.presence.outcome import Outcome

NOW = 1_700_000_000_000
PHONE = "sip:1000@10.0.0.1:5062"
OTHER = "sip:1000@10.0.0.2:5062"


def asks(
    *contacts: tuple[str, int | None],
    cseq: int = 1,
    call_id: str = "c",
    source: str = "10.0.0.1:5062",
    remove_all: bool = False,
) -> Registration:
    return Registration(
        number="1000",
        call_id=call_id,
        cseq=cseq,
        contacts=tuple(ContactAsked(uri, expires_s) for uri, expires_s in contacts),
        remove_all=remove_all,
        user_agent="Phone/1",
        source=source,
        local="10.0.0.9:5060",
    )


def register(
    registrar: Registrar, registration: Registration, now_ms: int = NOW, most: int = 2
) -> Outcome:
    return registrar.register(
        registration, now_ms, shortest_s=60, longest_s=3600, max_contacts=most
    )


def test_who_asks_for_no_time_is_granted_the_usual_one() -> None:
    assert granted_expiry(None, longest_s=3600, usual_s=120) == 120
    assert granted_expiry(None, longest_s=60, usual_s=120) == 60
    assert granted_expiry(600, longest_s=3600, usual_s=120) == 600


def contacts(registrar: Registrar) -> list[str]:
    return [each.contact for each in registrar.of("1000")]


def test_new_binding_is_told_and_a_refresh_is_not() -> None:
    registrar = Registrar()
    first = register(registrar, asks((PHONE, 600)))
    assert [each.contact for each in first.added] == [PHONE]
    assert first.bindings[0].expires_at_ms == NOW + 600_000
    again = register(registrar, asks((PHONE, 900), cseq=2), NOW + 1000)
    assert (again.added, again.removed, again.changed) == ((), (), True)
    assert again.bindings[0].expires_at_ms == NOW + 901_000


def test_phone_that_moved_is_told_again() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600)))
    moved = register(registrar, asks((PHONE, 600), cseq=2, source="10.0.0.1:9999"))
    assert [each.source for each in moved.added] == ["10.0.0.1:9999"]


def test_asking_without_contacts_changes_nothing() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600)))
    outcome = register(registrar, asks(cseq=0))
    assert ([each.contact for each in outcome.bindings], outcome.changed) == ([PHONE], False)


def test_equal_uri_written_otherwise_is_the_same_phone() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600)))
    register(registrar, asks(("sip:1%3000@10.0.0.1:5062;ob", 600), cseq=2))
    assert contacts(registrar) == ["sip:1%3000@10.0.0.1:5062;ob"]


def test_newest_phones_replace_the_oldest_beyond_the_most() -> None:
    registrar = Registrar()
    outcomes = [
        register(registrar, asks((uri, 600), call_id=uri), NOW + at)
        for at, uri in enumerate(("sip:a@h", "sip:b@h", "sip:c@h"))
    ]
    assert contacts(registrar) == ["sip:b@h", "sip:c@h"]
    assert [(each.binding.contact, each.cause) for each in outcomes[2].removed] == [
        ("sip:a@h", "replaced")
    ]


def test_more_contacts_at_once_than_allowed_are_refused() -> None:
    registrar = Registrar()
    with pytest.raises(RemoteProtocolError) as caught:
        register(registrar, asks(("sip:a@h", 600), ("sip:b@h", 600), ("sip:c@h", 600)))
    assert caught.value.status == 403
    assert contacts(registrar) == []


def test_one_brief_interval_refuses_the_whole_request() -> None:
    registrar = Registrar()
    with pytest.raises(IntervalTooBrief) as caught:
        register(registrar, asks((PHONE, 600), (OTHER, 59)))
    assert (caught.value.status, caught.value.headers) == (423, (b"Min-Expires: 60",))
    assert contacts(registrar) == []


def test_older_request_changes_nothing() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600), cseq=5))
    for cseq in (4, 5):
        with pytest.raises(RemoteProtocolError) as caught:
            register(registrar, asks((OTHER, 600), (PHONE, 0), cseq=cseq))
        assert caught.value.status == 500
    assert contacts(registrar) == [PHONE]
    register(registrar, asks((PHONE, 0), cseq=1, call_id="rebooted"))
    assert contacts(registrar) == []


def test_expiry_zero_removes_one_and_star_removes_all() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600), (OTHER, 600)))
    outcome = register(registrar, asks((PHONE, 0), cseq=2))
    assert [each.cause for each in outcome.removed] == ["unregistered"]
    assert contacts(registrar) == [OTHER]
    outcome = register(registrar, asks(remove_all=True, cseq=3))
    assert [each.binding.contact for each in outcome.removed] == [OTHER]
    assert len(registrar) == 0


def test_bindings_expire_by_themselves() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 60), (OTHER, 120)))
    assert registrar.deadline_ms == NOW + 60_000
    assert registrar.tick(NOW + 59_999) == []
    (outcome,) = registrar.tick(NOW + 60_000)
    assert [(each.binding.contact, each.cause) for each in outcome.removed] == [(PHONE, "expired")]
    register(registrar, asks((OTHER, 600), cseq=2), NOW + 100_000)
    assert registrar.tick(NOW + 120_000) == []
    assert contacts(registrar) == [OTHER]
    assert len(registrar.tick(NOW + 700_000)) == 1
    assert registrar.deadline_ms is None


def test_restart_keeps_what_has_not_expired() -> None:
    registrar, successor = Registrar(), Registrar()
    held = register(registrar, asks((PHONE, 60), (OTHER, 600))).bindings
    successor.restore(held, NOW + 61_000)
    assert contacts(successor) == [OTHER]
    assert len(successor.tick(NOW + 600_000)) == 1


def test_extension_that_is_gone_takes_its_bindings_along() -> None:
    registrar = Registrar()
    register(registrar, asks((PHONE, 600)))
    outcome = registrar.remove("1000")
    assert [each.cause for each in outcome.removed] == ["removed"]
    assert not registrar.remove("1000").changed


def test_expiry_is_granted_within_bounds() -> None:
    assert granted_expiry(None) == 3600
    assert granted_expiry(None, longest_s=600) == 600
    assert granted_expiry(0) == 0
    assert granted_expiry(99999) == 3600
    with pytest.raises(IntervalTooBrief):
        granted_expiry(59)
    # A floor above an hour may not refuse an hour (§10.3, step 6).
    assert granted_expiry(3600, shortest_s=7200, longest_s=7200) == 3600


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sip:a@h", "sip:b@h", "sip:c@h:5060", "sip:d@h"]),
        st.sampled_from([None, 0, 30, 60, 300, 5000]),
        st.sampled_from(["x", "y"]),
        st.integers(0, 200_000),
    ),
    max_size=30,
)


@given(STEPS, st.integers(1, 3))
def test_whatever_is_asked_the_facts_add_up_to_what_stands(
    steps: list[tuple[str, int | None, str, int]], most: int
) -> None:
    registrar, told, now, cseq = Registrar(), set[str](), NOW, count(1)
    for uri, expires_s, call_id, later_ms in steps:
        now += later_ms
        outcomes = registrar.tick(now)
        asked = asks((uri, expires_s), cseq=next(cseq), call_id=call_id)
        try:
            outcomes.append(register(registrar, asked, now, most))
        except IntervalTooBrief:
            assert expires_s == 30
        for outcome in outcomes:
            told -= {each.binding.contact for each in outcome.removed}
            told |= {each.contact for each in outcome.added}
        held = registrar.of("1000")
        assert told == {each.contact for each in held}
        assert len(held) == len(registrar) <= most
        assert all(each.expires_at_ms > now for each in held)
