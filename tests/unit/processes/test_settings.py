"""Settings: where a value comes from, and the one line when it will not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from engage.settings import (
    Address,
    PortRange,
    SettingsRefused,
    exposed,
    from_text,
    load,
    text_of,
    unserved,
)

NOWHERE = {"data": "/nonexistent/engage-data"}


def test_nothing_given_leaves_the_documented_defaults() -> None:
    settings = load(NOWHERE, {}, host_name=lambda: "pbx.example")
    assert settings.http == Address("127.0.0.1", 8088)
    assert settings.https == Address("0.0.0.0", 8089)  # noqa: S104
    assert settings.sip == Address("0.0.0.0", 5060)  # noqa: S104
    assert settings.rtp == PortRange(10000, 20000)
    assert settings.public_url == "https://pbx.example:8089"
    assert settings.database_url == "sqlite+aiosqlite:////nonexistent/engage-data/engage.db"
    assert not settings.demo
    assert settings.given == {"data"}


def test_an_option_beats_the_environment() -> None:
    environment = {"ENGAGE_HTTP": "127.0.0.1:2", "ENGAGE_SIP": "127.0.0.1:3"}
    settings = load(NOWHERE | {"http": "127.0.0.1:1"}, environment)
    assert settings.http == Address("127.0.0.1", 1)
    assert settings.sip == Address("127.0.0.1", 3)


@pytest.mark.parametrize(
    ("options", "environment", "line"),
    [
        ({}, {"ENGAGE_HTPP": "x"}, "ENGAGE_HTPP: unknown setting (did you mean ENGAGE_HTTP?)"),
        ({}, {"engage_http": "x"}, "engage_http: unknown setting (did you mean ENGAGE_HTTP?)"),
        ({}, {"ENGAGE_NODE": "x"}, "ENGAGE_NODE: unknown setting"),
        ({"http": "8088"}, {}, "--http: '8088' is not HOST:PORT or off"),
        ({"http": ":8088"}, {}, "--http: ':8088' is not HOST:PORT or off"),
        ({"http": "::1:8088"}, {}, "--http: '::1:8088' is not HOST:PORT or off"),
        ({"http": "a:0"}, {}, "--http: 'a:0' is not HOST:PORT or off"),
        ({"http": "a:70000"}, {}, "--http: 'a:70000' is not HOST:PORT or off"),
        ({"http": "a:٣"}, {}, "--http: 'a:٣' is not HOST:PORT or off"),
        ({}, {"ENGAGE_RTP": "20000"}, "ENGAGE_RTP: '20000' is not LOW-HIGH"),
        ({}, {"ENGAGE_RTP": "2-1"}, "ENGAGE_RTP: '2-1' is not a range of ports"),
        ({"trusted_proxies": "10.0.0.0/8,x"}, {}, "--trusted-proxies: 'x' is not a network"),
        ({"public_url": "pbx.example"}, {}, "--public-url: this is not http://… or https://…"),
        ({"database": "mysql://x/y"}, {}, "--database: this is not postgresql://… or sqlite://…"),
        ({"redis": "x"}, {}, "--redis: this is not redis://…"),
        ({"smtp": "mail.example"}, {}, "--smtp: this is not smtp://…"),
        ({}, {"ENGAGE_DEMO": "maybe"}, "ENGAGE_DEMO: 'maybe' is not on or off"),
        ({}, {"ENGAGE_SECRET_KEY": "short"}, "ENGAGE_SECRET_KEY: must have at least 16"),
        ({"certificate": "a.pem"}, {}, "--certificate: certificate and key must be given together"),
        ({"http": "off", "https": "off"}, {}, "--https: http and https cannot both be off"),
    ],
)
def test_what_will_not_do_is_named_in_one_line(
    options: dict[str, str], environment: dict[str, str], line: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load(NOWHERE | options, environment)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_a_refused_secret_is_not_shown() -> None:
    with pytest.raises(SettingsRefused) as refused:
        load(NOWHERE, {"ENGAGE_SECRET_KEY": "swordfish"})
    assert "swordfish" not in str(refused.value)


def test_secrets_are_not_shown_with_the_settings() -> None:
    secrets = {
        "ENGAGE_SECRET_KEY": "swordfish-swordfish",
        "ENGAGE_ADMIN_PASSWORD": "swordfish",
        "ENGAGE_DATABASE": "postgresql://engage:swordfish@db/engage",
    }
    settings = load(NOWHERE, secrets)
    assert settings.admin_password == "swordfish"  # noqa: S105
    assert settings.database_url == "postgresql+asyncpg://engage:swordfish@db/engage"
    assert "swordfish" not in repr(settings)


def test_a_bad_value_is_refused_even_where_a_better_one_overrules_it() -> None:
    with pytest.raises(SettingsRefused, match="ENGAGE_HTTP: "):
        load({"http": "127.0.0.1:8088"}, {"ENGAGE_HTTP": "nowhere"})


def test_build_variables_are_no_settings() -> None:
    assert load(NOWHERE, {"ENGAGE_BUILD_SKIP_WEB": "1", "PATH": "/bin"}).given == {"data"}


def test_off_disables_a_listener() -> None:
    settings = load(NOWHERE | {"https": "off", "sip": "OFF"}, {})
    assert settings.https is None
    assert settings.sip is None
    assert settings.public_url == "http://127.0.0.1:8088"


def test_relative_paths_are_relative_to_the_data_folder() -> None:
    settings = load(NOWHERE | {"certificate": "keys/a.pem", "key": "/etc/a.key"}, {})
    assert settings.certificate == Path("/nonexistent/engage-data/keys/a.pem")
    assert settings.key == Path("/etc/a.key")
    relative = load(NOWHERE | {"database": "sqlite:///other.db"}, {})
    assert relative.database_url == "sqlite+aiosqlite:////nonexistent/engage-data/other.db"
    socket = load(NOWHERE | {"database": "postgresql:///engage?host=/run/postgresql"}, {})
    assert socket.database_url == "postgresql+asyncpg:///engage?host=/run/postgresql"
    absolute = load(NOWHERE | {"database": "sqlite:////var/other.db"}, {})
    assert absolute.database_url == "sqlite+aiosqlite:////var/other.db"


def test_a_demonstration_listens_on_loopback_unless_told() -> None:
    settings = load(NOWHERE | {"demo": "on"}, {})
    assert settings.https == Address("127.0.0.1", 8089)
    assert settings.sip == Address("127.0.0.1", 5060)
    assert settings.sips == Address("127.0.0.1", 5061)
    assert exposed(settings) == []
    told = load(NOWHERE | {"demo": "on", "sip": "0.0.0.0:5060"}, {})
    assert exposed(told) == ["sip 0.0.0.0:5060"]
    assert exposed(load(NOWHERE, {})) == []  # no demonstration: nothing to warn of


def test_what_this_version_does_not_serve_is_said_only_when_asked_for() -> None:
    assert unserved(load(NOWHERE, {})) == []
    lines = unserved(load(NOWHERE | {"redis": "redis://r"}, {}))
    assert [line.split()[0] for line in lines] == ["Redis"]


def test_settings_cross_to_another_process_unchanged() -> None:
    options = {
        "http": "[::1]:8088",
        "trusted_proxies": "10.0.0.0/8,::1",
        "rtp": "4000-4100",
        "demo": "on",
        "certificate": "a",
        "key": "b",
    }
    settings = load(NOWHERE | options, {"ENGAGE_ADMIN_PASSWORD": "swordfish"})
    assert from_text(text_of(settings)) == settings
