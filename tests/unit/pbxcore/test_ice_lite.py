"""The answering side of ICE against messages that another implementation writes and reads."""

from __future__ import annotations

from typing import Any

import pytest
from aioice import stun as other

from pbxcore.media.ice_lite import CONSENT_S, Credentials, IceLite

OURS = Credentials("ourfrag", "our-password-of-22-char")
NEWER = Credentials("newfrag", "new-password-of-22-char")
BROWSER = ("192.0.2.7", 40000)
ELSEWHERE = ("2001:db8::7", 40001)


def check(
    credentials: Credentials = OURS, *, nominate: bool = False, key: str | None = None, **more: Any
) -> bytes:
    message = other.Message(other.Method.BINDING, other.Class.REQUEST)
    message.attributes["USERNAME"] = f"{credentials.user}:theirfrag"
    message.attributes["PRIORITY"] = 1853824767
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.attributes.update(more or {"ICE-CONTROLLING": 7})
    message.add_message_integrity((key or credentials.password).encode())
    message.add_fingerprint()
    return bytes(message)


def read(answer: bytes | None, key: str | None = None) -> other.Message:
    assert answer is not None
    message = other.parse_message(answer)
    if key is not None:
        message.check_message_integrity(key.encode())
    return message


def refused_with(answer: bytes | None) -> int:
    message = read(answer)
    assert message.message_class is other.Class.ERROR
    return message.attributes["ERROR-CODE"][0]


@pytest.mark.parametrize("source", [BROWSER, ELSEWHERE])
def test_a_check_is_told_where_it_came_from(source: tuple[str, int]) -> None:
    ice = IceLite(OURS)
    asked = check()
    answer = read(ice.receive(asked, source, 0.0), OURS.password)
    assert answer.message_class is other.Class.RESPONSE
    assert answer.transaction_id == other.parse_message(asked).transaction_id
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == source
    assert ice.knows(source)
    assert not ice.knows(("192.0.2.7", 40002))


def test_the_last_nominated_address_is_sent_to() -> None:
    ice = IceLite(OURS)
    assert ice.selected is None
    ice.receive(check(), BROWSER, 0.0)
    assert ice.selected == BROWSER
    ice.receive(check(nominate=True), ELSEWHERE, 1.0)
    ice.receive(check(), BROWSER, 2.0)
    assert ice.selected == ELSEWHERE
    ice.receive(check(nominate=True), BROWSER, 3.0)
    assert ice.selected == BROWSER


def test_consent_ends_with_the_checks() -> None:
    ice = IceLite(OURS)
    assert not ice.consents(0.0)
    ice.receive(check(nominate=True), BROWSER, 1.0)
    assert ice.consents(CONSENT_S)
    assert not ice.consents(1.0 + CONSENT_S)
    ice.receive(check(), BROWSER, 60.0)
    assert ice.consents(61.0)


def test_a_stranger_is_refused_and_chooses_nothing() -> None:
    ice = IceLite(OURS)
    assert refused_with(ice.receive(check(NEWER), BROWSER, 0.0)) == 401
    assert refused_with(ice.receive(check(key="guessed", nominate=True), BROWSER, 0.0)) == 401
    bare = other.Message(other.Method.BINDING, other.Class.REQUEST)
    assert refused_with(ice.receive(bytes(bare), BROWSER, 0.0)) == 400
    assert ice.selected is None
    assert not ice.consents(0.0)


def test_a_peer_that_would_be_decided_for_is_told_to_decide() -> None:
    ice = IceLite(OURS)
    assert refused_with(ice.receive(check(**{"ICE-CONTROLLED": 7}), BROWSER, 0.0)) == 487
    assert ice.selected is None


def test_what_must_be_understood_and_is_not_is_named() -> None:
    ice = IceLite(OURS)
    answer = ice.receive(check(**{"CHANGE-REQUEST": 1}), BROWSER, 0.0)
    assert refused_with(answer) == 420
    assert answer is not None
    assert b"\x00\x0a\x00\x02\x00\x03" in answer  # UNKNOWN-ATTRIBUTES: CHANGE-REQUEST


def test_what_is_no_sound_check_is_not_answered() -> None:
    ice = IceLite(OURS)
    sound = check()
    wrong = sound[:-1] + bytes([sound[-1] ^ 1])  # its fingerprint
    assert ice.receive(wrong, BROWSER, 0.0) is None
    assert ice.receive(sound[:-4], BROWSER, 0.0) is None
    assert ice.receive(b"", BROWSER, 0.0) is None
    answer = ice.receive(sound, BROWSER, 0.0)
    assert answer is not None
    assert ice.receive(answer, BROWSER, 0.0) is None


def test_a_restart_keeps_the_old_pair_until_a_new_one_is_nominated() -> None:
    ice = IceLite(OURS)
    ice.receive(check(nominate=True), BROWSER, 0.0)
    ice.restart(NEWER)
    assert ice.credentials == NEWER
    read(ice.receive(check(), BROWSER, 1.0), OURS.password)
    read(ice.receive(check(NEWER), ELSEWHERE, 1.0), NEWER.password)
    assert ice.selected == BROWSER
    ice.receive(check(NEWER, nominate=True), ELSEWHERE, 2.0)
    assert ice.selected == ELSEWHERE
    assert not ice.knows(BROWSER)
    assert refused_with(ice.receive(check(), BROWSER, 3.0)) == 401


def test_passwords_are_not_shown() -> None:
    assert OURS.password not in repr(OURS)
