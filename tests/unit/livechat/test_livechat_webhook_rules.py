"""Webhooks: what is told, how it is signed, when it is tried again, where it may go."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from typing import Any

import pytest

from engage.livechat.webhooks.model import (
    BREAK_AFTER,
    LONGEST_BREAK_MS,
    Attempt,
    Delivery,
    Endpoint,
    delay_ms,
    headers,
    new_secret,
    rest_ms,
    type_of,
)
from engage.livechat.webhooks.wire import details_json
from pbxcore.http_client import HttpClient, is_public


def test_the_example_of_standard_webhooks_is_signed_alike() -> None:
    made = headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert made["webhook-timestamp"] == "1614265330"


def test_each_live_secret_signs() -> None:
    two = headers([new_secret(), new_secret()], "m", 1, b"{}")["webhook-signature"].split(" ")
    assert [each[:3] for each in two] == ["v1,", "v1,"]
    assert two[0] != two[1]


def test_a_secret_has_the_length_that_the_standard_asks_for() -> None:
    assert 24 <= len(base64.b64decode(new_secret().removeprefix("whsec_"))) <= 64


@pytest.mark.parametrize(
    ("kind", "author", "body", "state", "what"),
    [
        ("state", "system", {"state": "waiting"}, "waiting", "conversation.waiting"),
        ("assigned", "agent", {"agent": {}}, "active", "conversation.accepted"),
        ("assigned", "agent", {"former": {"id": "1"}}, "active", "conversation.transferred"),
        ("state", "agent", {"state": "ended"}, "ended", "conversation.ended"),
        ("state", "system", {"state": "missed"}, "missed", "conversation.missed"),
        ("state", "agent", {"state": "active"}, "active", None),
        ("state", "system", {"state": "offline"}, "offline", None),
        ("message", "visitor", {"text": "x"}, "active", "message.created"),
        ("file", "agent", {"file": {}}, "active", "message.created"),
        ("message", "system", {"text": "Welcome"}, "waiting", None),
        ("message", "visitor", {"text": "x"}, "offline", "offline_message.created"),
        ("note", "agent", {"text": "x"}, "active", None),
        ("survey", "visitor", {"rating": 5}, "ended", "survey.submitted"),
        ("call", "system", {"state": "answered"}, "active", "call.started"),
        ("call", "system", {"state": "ringing"}, "active", None),
        ("call", "system", {"state": "ended"}, "active", "call.ended"),
    ],
)
def test_what_an_event_of_the_log_is_to_others(
    kind: str, author: str, body: dict[str, Any], state: str, what: str | None
) -> None:
    assert type_of(kind, author, body, state) == what


def test_attempts_come_ever_later_for_three_days() -> None:
    waits = [delay_ms(tries, None) for tries in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[0] == 5_000
    until_given_up = next(n for n in range(1, 30) if sum(waits[:n]) > 3 * 86_400_000)
    assert 12 <= until_given_up <= 24


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert delay_ms(1, 60) == 60_000
    assert delay_ms(1, 10**9) == 3_600_000
    assert delay_ms(9, 1) == 21_600_000


def test_an_endpoint_that_fails_in_a_row_rests_ever_longer() -> None:
    assert rest_ms(BREAK_AFTER - 1) == 0
    assert rest_ms(BREAK_AFTER) == 30_000
    assert rest_ms(BREAK_AFTER + 1) == 60_000
    assert rest_ms(1_000) == LONGEST_BREAK_MS


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "printer",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",  # where clouds tell secrets
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "::",
        "[::1]",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:c0a8:1::1",
        "metadata.google.internal",
        "nas.local",
    ],
)
def test_nothing_inside_is_public(host: str) -> None:
    assert not is_public(host)
    assert not HttpClient().may_reach(host)


def test_the_internet_is_public_and_names_are_until_they_are_resolved() -> None:
    for host in ("8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "hooks.example.com"):
        assert is_public(host)


def test_allowed_networks_may_be_reached() -> None:
    client = HttpClient(private=[ip_network("10.1.0.0/16")])
    assert client.may_reach("10.1.2.3")
    assert not client.may_reach("10.2.0.1")
    assert not client.may_reach("127.0.0.1")


def test_what_was_said_is_not_shown_to_who_may_not_read_records() -> None:
    endpoint = Endpoint(
        "e", None, "Shop", "https://x.example/", (), (), True, "sealed", None, None, 1, 1
    )
    said = '{"type":"message.created","timestamp":"now","data":{"text":"private"}}'
    made = Attempt(1, 2, 200, "", "you said: private")
    delivery = Delivery("d", "e", "message.created", "c", said, "sent", 1, 1, 1, 1, (made,))
    shown = details_json(delivery, endpoint, whole=False)
    assert "private" not in str(shown)
    assert shown["payload"] == {"type": "message.created", "timestamp": "now"}
    assert details_json(delivery, endpoint, whole=True)["payload"]["data"] == {"text": "private"}
