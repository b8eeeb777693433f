"""Publications: entity-tags, expiry, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.agenda import Agenda
from pbxcore.presence.packages.presence import Presence, Service
from pbxcore.presence.publication import MOST_OF_ONE, Publication, Publications

NOW = 1_700_000_000_000
OPEN = Presence((Service("t", open=True),))
CLOSED = Presence((Service("t", open=False),))


def publish(
    held: Publications,
    presence: Presence | None,
    etag: str,
    *,
    if_match: str | None = None,
    expires_s: int = 60,
    now_ms: int = NOW,
) -> Publication:
    return held.publish(
        "1000", presence, if_match=if_match, expires_s=expires_s, etag=etag, now_ms=now_ms
    )


def refused(held: Publications, presence: Presence | None, if_match: str | None = None) -> int:
    with pytest.raises(RemoteProtocolError) as refusal:
        publish(held, presence, "new", if_match=if_match)
    return refusal.value.status


def test_publication_is_made_changed_refreshed_and_removed() -> None:
    held = Publications()
    publish(held, OPEN, "a")
    publish(held, CLOSED, "b", if_match="a")
    assert [each.presence for each in held.of("1000")] == [CLOSED]
    refreshed = publish(held, None, "c", if_match="b", now_ms=NOW + 30_000)
    assert (refreshed.presence, refreshed.expires_at_ms) == (CLOSED, NOW + 90_000)
    publish(held, None, "d", if_match="c", expires_s=0)
    assert held.of("1000") == ()
    assert len(held) == 0


def test_tag_is_good_once() -> None:
    held = Publications()
    publish(held, OPEN, "a")
    publish(held, None, "b", if_match="a")
    assert refused(held, None, "a") == 412
    assert refused(held, OPEN, "never") == 412
    assert len(held.of("1000")) == 1


def test_first_publication_brings_its_state() -> None:
    assert refused(Publications(), None) == 400


def test_devices_publish_beside_each_other_up_to_a_limit() -> None:
    held = Publications()
    for number in range(MOST_OF_ONE):
        publish(held, OPEN, f"tag{number}")
    assert refused(held, OPEN) == 403
    publish(held, CLOSED, "again", if_match="tag3")
    assert held.of("1000")[-1].presence == CLOSED


def test_publications_expire_each_in_its_time() -> None:
    held = Publications()
    publish(held, OPEN, "long", expires_s=120)
    publish(held, CLOSED, "short", expires_s=60)
    assert held.deadline_ms == NOW + 60_000
    assert held.tick(NOW + 59_999) == []
    assert held.tick(NOW + 60_000) == ["1000"]
    assert [each.etag for each in held.of("1000")] == ["long"]
    assert held.tick(NOW + 120_000) == ["1000"]
    assert list(held.numbers()) == []


def test_refreshed_publication_does_not_expire_early() -> None:
    held = Publications()
    publish(held, OPEN, "a", expires_s=60)
    publish(held, None, "b", if_match="a", expires_s=600)
    assert held.tick(NOW + 60_000) == []
    assert held.tick(NOW + 600_000) == ["1000"]


def test_publications_come_back_after_a_restart_without_the_expired() -> None:
    held = Publications()
    good = Publication("1000", "a", NOW + 1, OPEN)
    held.restore([good, Publication("1000", "b", NOW, OPEN)], NOW)
    assert held.of("1000") == (good,)
    assert held.tick(NOW + 1) == ["1000"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 50)), min_size=1, max_size=40
    )
)
def test_agenda_gives_each_key_at_its_last_moment(steps: list[tuple[str, int | None]]) -> None:
    agenda: Agenda[str] = Agenda()
    expected: dict[str, int] = {}
    for key, moment in steps:
        if moment is None:
            agenda.drop(key)
            expected.pop(key, None)
        else:
            agenda.put(key, moment)
            expected[key] = moment
    found = {}
    for now in range(51):
        found |= dict.fromkeys(agenda.due(now), now)
    assert found == expected
