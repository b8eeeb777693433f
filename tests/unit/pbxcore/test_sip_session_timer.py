"""Session timers in virtual time."""

from __future__ import annotations

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.session_timer import Due, SessionTimer
from pbxcore.sip.message import Request, Response

SUPPORTED = b"Supported: timer"


def request(*lines: bytes) -> Request:
    return Request(b"INVITE", b"sip:x", b"SIP/2.0", list(lines), b"")


def response(status: int, *lines: bytes) -> Response:
    return Response(status, b"", b"SIP/2.0", list(lines), b"")


def test_caller_who_refreshes_does_so_at_half_time_and_gives_up_at_the_end() -> None:
    timer = SessionTimer(600)
    assert timer.request_lines() == [b"Session-Expires: 600"]
    timer.accepted(response(200, b"Session-Expires: 600;refresher=uac"), 10.0)
    assert timer.refreshing
    assert timer.deadline == 310.0
    assert timer.tick(309.0) is None
    assert timer.tick(310.0) is Due.REFRESH
    assert timer.request_lines() == [b"Session-Expires: 600;refresher=uac"]
    assert timer.deadline == 610.0
    assert timer.tick(610.0) is Due.EXPIRED
    assert timer.deadline is None


def test_who_waits_for_the_refresh_ends_it_a_little_early() -> None:
    timer = SessionTimer()
    timer.accepted(response(200, b"Session-Expires: 90;refresher=uas"), 0.0)
    assert not timer.refreshing
    assert timer.deadline == 60.0
    timer.accepted(response(200, b"Session-Expires: 1800;refresher=uas"), 0.0)
    assert timer.deadline == 1768.0
    assert timer.tick(1768.0) is Due.EXPIRED


def test_refresh_of_the_other_side_starts_the_time_anew() -> None:
    timer = SessionTimer()
    lines = timer.answer(request(SUPPORTED, b"Session-Expires: 90"))
    timer.start(lines, 0.0)
    timer.start(timer.answer(request(SUPPORTED, b"Session-Expires: 90;refresher=uac")), 45.0)
    assert timer.deadline == 105.0


def test_2xx_without_session_expires_means_no_timer() -> None:
    timer = SessionTimer()
    timer.accepted(response(200), 0.0)
    assert timer.deadline is None


@pytest.mark.parametrize(
    ("lines", "granted"),
    [
        ((SUPPORTED, b"Session-Expires: 600"), b"600;refresher=uac"),
        ((SUPPORTED, b"x: 600;refresher=uas"), b"600;refresher=uas"),
        ((SUPPORTED, b"Session-Expires: 7200"), b"1800;refresher=uac"),
        ((SUPPORTED, b"Session-Expires: 7200", b"Min-SE: 3600"), b"3600;refresher=uac"),
        ((SUPPORTED,), b"1800;refresher=uac"),
        ((), b"1800;refresher=uas"),
        ((b"Session-Expires: 100",), b"100;refresher=uas"),
    ],
)
def test_callee_decides(lines: tuple[bytes, ...], granted: bytes) -> None:
    answer = SessionTimer().answer(request(*lines))
    assert answer[-1] == b"Session-Expires: " + granted
    assert (answer[0] == b"Require: timer") is granted.endswith(b"uac")


def test_callee_that_wants_none_follows_what_is_asked() -> None:
    timer = SessionTimer(0)
    assert timer.request_lines() == []
    assert timer.answer(request(SUPPORTED)) == []
    assert timer.answer(request(SUPPORTED, b"Session-Expires: 300"))[1] == (
        b"Session-Expires: 300;refresher=uac"
    )


def test_too_small_an_interval_is_422_for_those_who_understand_it() -> None:
    timer = SessionTimer(shortest_s=300)
    with pytest.raises(RemoteProtocolError) as refusal:
        timer.answer(request(SUPPORTED, b"Session-Expires: 120"))
    assert refusal.value.status == 422
    assert refusal.value.headers == (b"Min-SE: 300",)
    assert timer.answer(request(b"Session-Expires: 120")) == [b"Session-Expires: 120;refresher=uas"]


def test_caller_asks_again_with_what_a_422_names() -> None:
    timer = SessionTimer(90)
    assert timer.too_small(response(422, b"Min-SE: 1000"))
    assert timer.request_lines() == [b"Session-Expires: 1000", b"Min-SE: 1000"]
    assert not timer.too_small(response(422, b"Min-SE: 1000"))
    assert not timer.too_small(response(422))


def test_one_who_finds_every_interval_too_small_is_not_asked_for_ever() -> None:
    timer = SessionTimer()
    tried = [timer.too_small(response(422, b"Min-SE: %d" % least)) for least in range(2000, 2010)]
    assert tried == [True] * 5 + [False] * 5


@pytest.mark.parametrize("value", [b"", b"x", b"-1", b"1;refresher=uac;refresher=uas"])
def test_malformed_value_is_400(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        SessionTimer().answer(request(SUPPORTED, b"Session-Expires: " + value))
    assert refusal.value.status == 400


def test_stopped_timer_is_never_due() -> None:
    timer = SessionTimer()
    timer.accepted(response(200, b"x: 90;refresher=uac"), 0.0)
    timer.stop()
    assert timer.tick(1000.0) is None
