"""What `--smtp` decides, and what the administration's section takes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.notify.settings import EmailSettings, default_sender, ruling
from engage.notify.transport import Server
from engage.settings import SettingsRefused, load

NOWHERE = {"data": "/nowhere"}


def test_an_smtp_url_uses_starttls_when_it_is_offered() -> None:
    assert ruling("smtp://pbx:pass%20word%2F@mail.example:2525") == {
        "host": "mail.example",
        "port": 2525,
        "security": "auto",
        "user": "pbx",
        "password": "pass word/",
        "verify": True,
    }


def test_an_smtps_url_is_encrypted_from_the_first_byte() -> None:
    rule = ruling("smtps://mail.example")
    assert (rule["port"], rule["security"], rule["user"]) == (465, "tls", "")
    assert ruling("smtp://[::1]")["host"] == "::1"
    assert ruling("smtp://mail.example")["port"] == 25


def test_an_smtp_url_may_wish_for_more() -> None:
    assert ruling("smtp://m?encryption=none")["security"] == "none"
    assert ruling("smtp://m?encryption=starttls&verify=off")["verify"] is False
    assert ruling("smtps://m?encryption=none")["security"] == "tls"
    assert ruling(None) == {}


@pytest.mark.parametrize(
    "url",
    ["http://mail", "smtp://", "smtp://:25", "smtp://m:x", "smtp://m/path", "smtp://m?colour=red"],
)
def test_a_bad_smtp_url_stops_the_start_without_being_shown(url: str) -> None:
    with pytest.raises(SettingsRefused, match="--smtp") as refused:
        load(NOWHERE | {"smtp": url}, {})
    assert "\n" not in str(refused.value)


def test_without_a_host_there_is_no_server() -> None:
    assert EmailSettings().server() is None
    server = EmailSettings(host=" mail.example ", user="u", password="p").server()  # noqa: S106
    assert server == Server("mail.example", 587, "starttls", True, "u", "p")
    assert "password" not in repr(server)


def test_the_sender_is_under_the_servers_own_name_unless_set() -> None:
    assert EmailSettings().sender("pbx.example").address == "noreply@pbx.example"
    assert EmailSettings(sender_address="a+b@x.example").sender("p").address == "a+b@x.example"
    assert default_sender("192.0.2.1") == "noreply@engage.localdomain"


@pytest.mark.parametrize("address", ["a@", "a b@x", "@x.example", "a@b@c.example", "a\r\n@x.test"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        EmailSettings(sender_address=address)


def test_a_server_on_this_machine_needs_no_certificate() -> None:
    assert Server("127.0.0.1", 25).local
    assert Server("::1", 25).local
    assert Server("localhost", 25).local
    assert not Server("mail.example", 25).local
