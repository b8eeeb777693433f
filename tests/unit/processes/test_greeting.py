"""What a start prints."""

from __future__ import annotations

from engage.processes.greeting import greeting
from engage.settings import load

NOWHERE = {"data": "/nonexistent/engage-data"}
EVERYBODY = ["admin", "1000", "1001", "1002", "1003"]


def test_a_password_that_was_made_up_is_shown() -> None:
    (line,) = greeting(load(NOWHERE, {}), "k3y", [])
    assert "http://127.0.0.1:8088/admin/  sign in as admin / k3y" in line


def test_a_usual_start_says_nothing() -> None:
    assert greeting(load(NOWHERE, {}), None, []) == []


def test_the_demonstration_tells_where_to_sign_in_and_how_to_admit_a_phone() -> None:
    lines = "\n".join(greeting(load(NOWHERE | {"demo": "on"}, {}), None, EVERYBODY))
    assert "http://127.0.0.1:8088/livechat/demo" in lines
    assert "http://127.0.0.1:8088/wave/  sign in as 1000 / Demo-1000!" in lines
    assert "http://127.0.0.1:8088/admin/  sign in as admin / Demo-admin!" in lines
    assert "user 1001, password Sip-1001!" in lines
    assert "--sip 0.0.0.0:5060" in lines
    assert "warning" not in lines


def test_open_listeners_are_warned_of_until_the_passwords_are_changed() -> None:
    settings = load(NOWHERE | {"demo": "on", "sip": "0.0.0.0:5060"}, {})
    assert "open to the network on sip 0.0.0.0:5060" in greeting(settings, None, EVERYBODY)[-1]
    assert greeting(settings, None, []) == []


def test_a_changed_password_is_not_told() -> None:
    lines = "\n".join(greeting(load(NOWHERE | {"demo": "on"}, {}), None, ["1000"]))
    assert "Demo-admin!" not in lines
