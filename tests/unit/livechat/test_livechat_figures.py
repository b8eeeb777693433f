"""What is counted of live chats, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from engage.livechat.figures import QUARTER_MS, Chat, Figures, counted, report

QUARTERS = st.integers(0, 4 * 24 * 400).map(lambda each: each * QUARTER_MS)
SPANS = st.none() | st.integers(0, 5000)
CHATS = st.builds(
    Chat,
    livechat_id=st.sampled_from(("a", "b")),
    agent=st.sampled_from(("", "1000", "1001")),
    queued_at_ms=st.builds(lambda q, within: q + within, QUARTERS, st.integers(0, QUARTER_MS - 1)),
    left=st.booleans(),
    over=st.booleans(),
    accepted=st.booleans(),
    waited_s=SPANS,
    response_s=SPANS,
    handled_s=SPANS,
    rating=st.none() | st.integers(1, 5),
)


def chat(**given_: object) -> Chat:
    usual: dict[str, object] = {
        "livechat_id": "a", "agent": "1000", "queued_at_ms": 0, "left": False, "over": True,
        "accepted": True, "waited_s": 5, "response_s": 9, "handled_s": 60, "rating": None,
    }  # fmt: skip
    return Chat(**{**usual, **given_})  # type: ignore[arg-type]


def of(*chats: Chat) -> Figures:
    figures = Figures()
    for each in chats:
        figures.count(each)
    return figures


def test_a_message_left_is_no_inquiry() -> None:
    figures = of(chat(), chat(left=True, accepted=False))
    assert (figures.inquiries, figures.left, figures.missed) == (1, 1, 0)


def test_who_still_waits_is_neither_accepted_nor_missed() -> None:
    figures = of(chat(accepted=False, over=False, waited_s=None, handled_s=None, response_s=None))
    assert (figures.inquiries, figures.accepted, figures.missed) == (1, 0, 0)
    assert figures.average_wait_s == 0


def test_nine_of_ten_waited_no_longer() -> None:
    figures = of(*(chat(waited_s=each) for each in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)))
    assert (figures.p90_wait_s, figures.average_wait_s) == (9, 14)
    assert of(chat(waited_s=7)).p90_wait_s == 7
    assert of().p90_wait_s == 0


def test_days_and_hours_are_those_of_the_time_zone() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    at_ms = int(datetime(2026, 11, 25, 18, 44, tzinfo=UTC).timestamp() * 1000)
    parts = counted([chat(queued_at_ms=at_ms)]).items()
    found = report(parts, lambda at: datetime.fromtimestamp(at / 1000, india))
    assert list(found.days) == ["2026-11-26"]
    assert list(found.hours) == [(3, 0)]


@given(st.lists(CHATS, max_size=40), st.lists(CHATS, max_size=40))
def test_parts_and_wholes_agree_wherever_chats_are_cut(a: list[Chat], b: list[Chat]) -> None:
    def moment(at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC)

    whole = report(counted([*a, *b]).items(), moment)
    assert report([*counted(a).items(), *counted(b).items()], moment) == whole
    assert whole.total == of(*a, *b)
    for part in (whole.livechats, whole.days, whole.hours):
        total = Figures()
        for figures in part.values():
            total.add(figures)
        assert total == whole.total
