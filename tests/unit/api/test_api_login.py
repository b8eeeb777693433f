"""Challenges, and the sessions they lead to."""

from __future__ import annotations

import hashlib
import re

from engage.api.login import LIVES_MS, MOST_OPEN, Challenges, token_for
from engage.api.sessions import IDLE_MS, ApiSessions


class Clock:
    now_ms = 1_702_600_123_456

    def __call__(self) -> int:
        return self.now_ms


def test_token_is_the_md5_of_challenge_and_password() -> None:
    assert token_for("01", "pä") == hashlib.md5("01pä".encode()).hexdigest()  # noqa: S324


def test_challenge_is_good_for_one_login() -> None:
    challenges = Challenges()
    challenges.put("crm", "192.0.2.1", "01", 0)
    token = token_for("01", "secret")
    assert challenges.answered("crm", "192.0.2.1", token.upper(), "secret", 1)
    assert not challenges.answered("crm", "192.0.2.1", token, "secret", 2)


def test_challenge_belongs_to_its_user_and_address() -> None:
    challenges = Challenges()
    challenges.put("crm", "192.0.2.1", "01", 0)
    token = token_for("01", "secret")
    assert not challenges.answered("pms", "192.0.2.1", token, "secret", 1)
    assert not challenges.answered("crm", "192.0.2.2", token, "secret", 1)
    assert challenges.answered("crm", "192.0.2.1", token, "secret", 1)


def test_wrong_token_uses_the_challenge_up() -> None:
    challenges = Challenges()
    challenges.put("crm", "192.0.2.1", "01", 0)
    assert not challenges.answered("crm", "192.0.2.1", "0" * 32, "secret", 1)
    assert not challenges.answered("crm", "192.0.2.1", token_for("01", "secret"), "secret", 2)


def test_late_answer_comes_too_late() -> None:
    challenges = Challenges()
    challenges.put("crm", "192.0.2.1", "01", 0)
    token = token_for("01", "secret")
    assert not challenges.answered("crm", "192.0.2.1", token, "secret", LIVES_MS)


def test_two_programs_of_one_user_and_address_do_not_disturb_each_other() -> None:
    challenges = Challenges()
    challenges.put("crm", "192.0.2.1", "01", 0)
    challenges.put("crm", "192.0.2.1", "02", 0)
    assert challenges.answered("crm", "192.0.2.1", token_for("01", "secret"), "secret", 1)
    assert challenges.answered("crm", "192.0.2.1", token_for("02", "secret"), "secret", 1)


def test_of_many_challenges_the_oldest_are_forgotten() -> None:
    challenges = Challenges()
    for each in range(MOST_OPEN + 1):
        challenges.put("crm", "192.0.2.1", str(each), 0)
    token = token_for(str(MOST_OPEN), "secret")
    assert challenges.answered("crm", "192.0.2.1", token, "secret", 1)
    assert not challenges.answered("crm", "192.0.2.1", token_for("0", "secret"), "secret", 1)


def test_odd_tokens_are_wrong_tokens() -> None:
    challenges = Challenges()
    for token in ("", "ü", "\x00", "x" * 1000):
        challenges.put("crm", "192.0.2.1", "01", 0)
        assert not challenges.answered("crm", "192.0.2.1", token, "secret", 1)


def test_cookie_has_the_shape_that_programs_know() -> None:
    cookie = ApiSessions(Clock()).begin("u1", "crm", "192.0.2.1")
    assert re.fullmatch(r"sid\d+-1702600123", cookie)


def test_session_ends_after_ten_idle_minutes_and_each_request_begins_them_anew() -> None:
    clock = Clock()
    sessions = ApiSessions(clock)
    cookie = sessions.begin("u1", "crm", "192.0.2.1")
    for _ in range(3):
        clock.now_ms += IDLE_MS - 1
        assert sessions.of(cookie) is not None
    clock.now_ms += IDLE_MS
    assert sessions.of(cookie) is None
    assert sessions.count("u1") == 0


def test_sessions_stand_side_by_side_and_end_together_with_their_user() -> None:
    sessions = ApiSessions(Clock())
    first, second = (sessions.begin("u1", "crm", "192.0.2.1") for _ in range(2))
    other = sessions.begin("u2", "pms", "192.0.2.1")
    assert first != second
    assert sessions.count("u1") == 2
    sessions.end(first)
    assert sessions.of(first) is None
    assert sessions.of(second) is not None
    sessions.end_of("u1")
    assert sessions.of(second) is None
    assert sessions.of(other) is not None
