"""challenge, login, logout, and what a cookie opens: over real TLS, by a client of its own."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.program import Program
    from tests.support.server import Server
    from tests.support.ucm import UcmClient

ACTIONS = (
    *("logout", "getSystemStatus", "getSystemGeneralStatus", "applyChanges", "listAccount"),
    *("getSIPAccount", "addSIPAccountAndUser", "updateSIPAccount", "deleteUser", "listUser"),
    *("getUser", "updateUser", "listExtensionGroup", "listDepartment", "listQueue", "getQueue"),
    *("addQueue", "updateQueue", "deleteQueue", "cdrapi", "recapi", "queueapi", "listVoIPTrunk"),
)


def test_program_signs_in_works_and_signs_out(client: UcmClient) -> None:
    challenge = client.challenge()
    assert re.fullmatch(r"\d{16}", challenge)
    answer = client.answer_challenge(challenge)
    assert (answer.http, answer.status) == (200, 0)
    assert re.fullmatch(r"sid\d+-\d+", answer.response["cookie"])
    assert client.ask("getSystemStatus").status == 0
    left = client.ask("logout")
    assert (left.status, left.response) == (0, {})
    assert client.ask("getSystemStatus").status == -6
    assert client.ask("logout").status == -6


@pytest.mark.parametrize("cookie", [None, "", "sid1-2", 7, ["sid1-2"], {"a": 1}])
def test_every_action_but_the_login_needs_a_cookie(client: UcmClient, cookie: Any) -> None:
    for action in ACTIONS:
        request = {"action": action} if cookie is None else {"action": action, "cookie": cookie}
        answer = client.request(request)
        assert (action, answer.http, answer.status) == (action, 200, -6)


def test_challenge_cannot_be_used_again(client: UcmClient) -> None:
    challenge = client.challenge()
    assert client.answer_challenge(challenge).status == 0
    again = client.answer_challenge(challenge)
    assert again.status == -37
    assert client.ask("getSystemStatus").status == 0, "the session stands"


def test_two_sessions_of_one_user_stand_side_by_side(client: UcmClient) -> None:
    first = client.login().response["cookie"]
    second = client.login().response["cookie"]
    assert first != second
    for cookie in (first, second):
        assert client.request({"action": "getSystemStatus", "cookie": cookie}).status == 0
    client.request({"action": "logout", "cookie": first})
    assert client.request({"action": "getSystemStatus", "cookie": first}).status == -6
    assert client.request({"action": "getSystemStatus", "cookie": second}).status == 0


def test_odd_case_extra_keys_and_odd_content_types_work(client: UcmClient) -> None:
    request: dict[str, Any] = {"Action": " CHALLENGE ", "User": "CRM", "url": "x", "version": 1.2}
    challenge = client.request(request).response["challenge"]
    request = {"ACTION": "Login", "user": "crm", "TOKEN": client.token(challenge).upper()}
    cookie = client.request(request).response["cookie"]
    body = json.dumps({"request": {"action": "getsystemstatus", "Cookie": f" {cookie} "}})
    for content_type in ("application/json", "text/plain", "", "application/x-www-form-urlencoded"):
        for path in ("/api", "/api/", "/api/v1"):
            status, headers, answer = client.raw(
                body.encode(), path=path, content_type=content_type
            )
            assert (status, json.loads(answer)["status"]) == (200, 0)
            assert headers["content-type"] == "application/json;charset=UTF-8"
            assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api"), ("POST", "/api/login"), ("GET", "/api/challenge"), ("POST", "/api/v2")],
)
def test_other_addresses_below_api_are_answered_in_the_envelope(
    client: UcmClient, method: str, path: str
) -> None:
    status, _, answer = client.raw(b"", method=method, path=path)
    told = json.loads(answer)
    assert (status, told["status"]) == (200, -1)
    assert told["response"]["error_msg"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\x00\xff", b'{"request": {"action": 5}}', b"[" * 100_000]
)
def test_what_is_no_envelope_is_refused_with_http_200(client: UcmClient, body: bytes) -> None:
    status, _, answer = client.raw(body)
    assert (status, json.loads(answer)["status"]) == (200, -1)


def test_unknown_actions_and_those_of_features_to_come(api: UcmClient) -> None:
    assert api.ask("makeCoffee").status == -1
    for action in ("addSLATrunk", "updateSLATrunk"):
        assert api.ask(action).status == -19
    for action in ("listRingGroup", "listZeroConfig", "deleteRecording"):
        assert api.ask(action).status == -47


def test_plain_http_is_refused(server: Server, admin: Program) -> None:
    answer = admin.post("/api", {"request": {"action": "challenge", "user": "crm"}})
    assert answer.status == 403
    assert b"403 Forbidden" in answer.body
    assert server.http_port


def test_status_of_the_system(api: UcmClient) -> None:
    status = api.ask("getSystemStatus").response
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC[+-]\d\d:\d\d", status["system-time"])
    assert re.fullmatch(r"(\d+ )?\d\d:\d\d:\d\d", status["up-time"])
    assert re.fullmatch(r"(\d+ )?\d\d:\d\d:\d\d", status["idle-time"])
    assert re.fullmatch(r"[0-9A-Z]{16}", status["serial-number"])
    assert re.fullmatch(r"\d+[A-Z]", status["part-number"])
    general = api.ask("getSystemGeneralStatus").response
    assert "  V" in general.pop("product-model")
    assert set(general) == {
        f"{part}-version" for part in ("base", "boot", "core", "gswave", "lang", "prog", "rcvr")
    }
    assert all(re.fullmatch(r"\d+(\.\d+)+", each) for each in general.values())


def test_nothing_to_apply_is_applied(api: UcmClient) -> None:
    answer = api.ask("applyChanges")
    assert (answer.status, answer.response) == (0, {"settings": "0"})


def test_who_guesses_is_counted_and_locked_out(new_user: Callable[..., UcmClient]) -> None:
    client = new_user("guessed")
    wrong = {"action": "login", "user": "guessed", "token": "0" * 32}
    for left in (4, 3, 2, 1):
        client.challenge()
        answer = client.request(wrong)
        assert (answer.status, answer.response["remain_num"]) == (-37, left)
    challenge = client.challenge()
    locked = client.request(wrong)
    assert locked.status == -68
    assert 0 < locked.response["remain_time"] <= 300
    assert client.answer_challenge(challenge).status == -68, "even with the right token"
    refused = client.request({"action": "challenge", "user": "guessed"})
    assert (refused.status, refused.response["remain_time"] > 0) == (-68, True)


def test_unknown_users_are_answered_and_locked_out_like_known_ones(client: UcmClient) -> None:
    challenge = client.request({"action": "challenge", "user": "nobody-here"})
    assert (challenge.status, len(challenge.response["challenge"])) == (0, 16)
    wrong = {"action": "login", "user": "nobody-here", "token": "0" * 32}
    answers = [client.request(wrong) for _ in range(6)]
    assert [each.status for each in answers] == [-37, -37, -37, -37, -68, -68]
    assert [each.response.get("remain_num") for each in answers[:4]] == [4, 3, 2, 1]


def test_guesses_in_parallel_are_all_counted(new_user: Callable[..., UcmClient]) -> None:
    client = new_user("hurried")
    wrong = {"action": "login", "user": "hurried", "token": "0" * 32}
    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(each.status for each in threads.map(client.request, [wrong] * 16))
    assert statuses.count(-37) == 4
    assert statuses.count(-68) == 12


def test_another_password_forgives_and_ends_sessions(
    new_user: Callable[..., UcmClient], admin: Program
) -> None:
    client = new_user("changing")
    assert client.login().status == 0
    wrong = {"action": "login", "user": "changing", "token": "0" * 32}
    assert [client.request(wrong).status for _ in range(5)][-1] == -68
    assert client.ask("getSystemStatus").status == 0, "a lock-out ends no session"
    [shown] = admin.get("/v1/api-users?q=changing").json()["items"]
    changed = admin.patch(f"/v1/api-users/{shown['id']}", {"password": "Another-2026!"})
    assert changed.status == 200
    assert client.ask("getSystemStatus").status == -6
    challenge = client.challenge()
    assert client.answer_challenge(challenge).status == -37, "the old password"


def test_switched_off_user_is_told_so_only_with_the_right_password(
    new_user: Callable[..., UcmClient], admin: Program
) -> None:
    client = new_user("resting")
    assert client.login().status == 0
    [shown] = admin.get("/v1/api-users?q=resting").json()["items"]
    assert admin.patch(f"/v1/api-users/{shown['id']}", {"enabled": False}).status == 200
    assert client.ask("getSystemStatus").status == -6
    assert client.login().status == -70
    client.challenge()
    wrong = client.request({"action": "login", "user": "resting", "token": "0" * 32})
    assert wrong.status == -37
    assert admin.delete(f"/v1/api-users/{shown['id']}").status == 204
    assert client.login().status == -37


def test_denied_actions_are_refused(new_user: Callable[..., UcmClient]) -> None:
    client = new_user("reader", denied_actions=["deleteUser", "applychanges"])
    assert client.login().status == 0
    assert client.ask("deleteUser", user_name="1003").status == -47
    assert client.ask("applyChanges").status == -47
    assert client.ask("getSystemStatus").status == 0


def test_program_from_elsewhere_is_refused_after_the_right_token(
    new_user: Callable[..., UcmClient],
) -> None:
    client = new_user("distant", permitted=["198.51.100.7/255.255.255.255"])
    assert client.login().status == -47
    client.challenge()
    wrong = client.request({"action": "login", "user": "distant", "token": "0" * 32})
    assert (wrong.status, wrong.response["remain_num"]) == (-37, 4)


def test_each_login_and_refusal_is_in_the_operation_log(api: UcmClient, admin: Program) -> None:
    api.request({"action": "login", "user": "crm", "token": "0" * 32})
    rows = admin.get("/v1/operations?action=api.login&actor=api:crm&limit=2").json()["items"]
    assert [each["result"] for each in rows] == ["wrong_credentials", "done"]
    assert {each["address"] for each in rows} == {"127.0.0.1"}


def test_no_log_holds_tokens_cookies_or_passwords(api: UcmClient, server: Server) -> None:
    api.ask("getSystemStatus")
    metrics = server.get("/metrics").body.decode()
    assert 'engage_api_answers_total{action="getSystemStatus",status="0"}' in metrics
    for text in (server.log, metrics):
        assert api.cookie not in text
        assert api.cookie.split("-")[0] not in text
        assert "Api-crm-2026!" not in text
