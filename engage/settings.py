"""What is needed to start: options, `ENGAGE_*`, `engage.toml` in the data folder, defaults.

Values are plain pydantic: pydantic-settings would neither find a misspelt variable nor know the
folder of its file before it has read the rest, and costs 80 ms of every start.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import socket
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIX = "ENGAGE_"
BUILD_PREFIX = "ENGAGE_BUILD_"
FILE = "engage.toml"
DEMONSTRATION_MARK = "demonstration"
FILES = ("sqlite", "postgresql")  # may be reached by a path and name no host
LISTENERS = ("http", "https", "sip", "sips")
LOOPBACK_LISTENERS = {
    "https": "127.0.0.1:8089",
    "sip": "127.0.0.1:5060",
    "sips": "127.0.0.1:5061",
}


class SettingsRefused(Exception):
    """A setting is unknown or bad; the text is one line that names it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a host name or IP address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def everywhere(self) -> bool:
        """Whether this means every address of the machine."""
        return self.host in ("", "0.0.0.0", "::")  # noqa: S104 - recognised, not bound

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class PortRange:
    """UDP ports for media, both ends included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"


def address(value: object) -> object:
    """Read `HOST:PORT`, `[IPv6]:PORT` or `off`."""
    if not isinstance(value, str):
        return value
    if value.strip().lower() == "off":
        return None
    host, separator, port = value.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    named = host and (":" not in host or value.strip().startswith("["))
    if not (separator and named and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{value!r} is not HOST:PORT or off")
    return Address(host, int(port))


def port_range(value: object) -> object:
    """Read `LOW-HIGH`: at least one pair of ports, the even one first (RFC 3550 §11)."""
    if not isinstance(value, str):
        return value
    low, _, high = value.partition("-")
    if not (low.strip().isdecimal() and high.strip().isdecimal()):
        raise ValueError(f"{value!r} is not LOW-HIGH")
    ports = PortRange(int(low), int(high))
    if not 1024 <= ports.low < ports.high < 65536:
        raise ValueError(f"{value!r} is not a range of ports between 1024 and 65535")
    return ports


def networks(value: object) -> object:
    """Read `CIDR,CIDR`; a single address is a network of one."""
    if not isinstance(value, str):
        return value
    found = []
    for part in filter(None, (each.strip() for each in value.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(f"{part!r} is not a network such as 10.0.0.0/8") from None
    return tuple(found)


def url_of(*schemes: str) -> Callable[[object], object]:
    """A reader of addresses with one of these schemes."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        wanted = " or ".join(f"{each}://…" for each in schemes)
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise ValueError(f"this is not {wanted}") from None
        if parts.scheme not in schemes or not (parts.netloc or parts.scheme in FILES):
            raise ValueError(f"this is not {wanted}")
        return value.rstrip("/") if "http" in parts.scheme else value

    return read


SMTP_WISHES = {"encryption": ("starttls", "none"), "verify": ("on", "off")}


def smtp_url(value: object) -> object:
    """Read `smtp://user:password@host:port` or `smtps://…`; shows no part of it when it is bad."""
    value = url_of("smtp", "smtps")(value)
    if not isinstance(value, str):
        return value
    parts = urlsplit(value)
    if not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError("this is not smtp://user:password@host:port or smtps://…")
    for name, wished in parse_qsl(parts.query, keep_blank_values=True):
        if wished not in SMTP_WISHES.get(name, ()):
            raise ValueError(
                "after the host only ?encryption=starttls|none and verify=off can stand"
            )
    return value


def switch(value: object) -> object:
    """Read `on` or `off` in the usual spellings."""
    if not isinstance(value, str):
        return value
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    if value.strip().lower() not in known:
        raise ValueError(f"{value!r} is not on or off")
    return known[value.strip().lower()]


def secret(value: object) -> object:
    """Refuse a key that could be guessed, without showing it."""
    if isinstance(value, str) and len(value) < 16:
        raise ValueError("must have at least 16 characters")
    return value


def first_password(value: object) -> object:
    """Refuse, without showing it, what no account may have, before anything is made."""
    if isinstance(value, str) and value and not 8 <= len(value) <= 200:
        raise ValueError("must have 8 to 200 characters")
    return value


Listener = Annotated[Address | None, BeforeValidator(address)]


class Settings(BaseModel):
    """Everything the start needs, read once; `given` names what was set, not left to its default.

    `demo` asks for demonstration data; `demonstration` says that the data folder holds some.
    `redis` is for several nodes: it may be named, and the start says that one does not use it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Path
    http: Listener = Address("127.0.0.1", 8088)
    https: Listener = Address("0.0.0.0", 8089)  # noqa: S104 - phones and browsers are elsewhere
    sip: Listener = Address("0.0.0.0", 5060)  # noqa: S104 - the same
    sips: Listener = Address("0.0.0.0", 5061)  # noqa: S104 - the same
    rtp: Annotated[PortRange, BeforeValidator(port_range)] = PortRange(10000, 20000)
    public_url: Annotated[str, BeforeValidator(url_of("http", "https"))] = ""
    certificate: Path | None = None
    key: Path | None = None
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(networks)] = ()
    webhook_networks: Annotated[tuple[Network, ...], BeforeValidator(networks)] = ()
    metrics_networks: Annotated[tuple[Network, ...], BeforeValidator(networks)] = ()
    secret_key: Annotated[str | None, BeforeValidator(secret), Field(repr=False)] = None
    database: Annotated[
        str | None, BeforeValidator(url_of("postgresql", "sqlite")), Field(repr=False)
    ] = None
    redis: Annotated[str | None, BeforeValidator(url_of("redis", "rediss")), Field(repr=False)] = (
        None
    )
    smtp: Annotated[str | None, BeforeValidator(smtp_url), Field(repr=False)] = None
    demo: Annotated[bool, BeforeValidator(switch)] = False
    admin_password: Annotated[str | None, BeforeValidator(first_password), Field(repr=False)] = None

    demonstration: bool = False
    given: frozenset[str] = frozenset()

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it, with the driver that is used."""
        if self.database is None:
            return f"sqlite+aiosqlite:///{self.data / 'engage.db'}"
        scheme, _, rest = self.database.partition("://")
        if scheme == "postgresql":
            return f"postgresql+asyncpg://{rest}"
        return f"sqlite+aiosqlite:///{self.data / rest.removeprefix('/')}"

    def http_ports(self) -> frozenset[int]:
        """Where browsers reach the server, encrypted or not."""
        return frozenset(each.port for each in (self.http, self.https) if each is not None)

    @property
    def run(self) -> Path:
        """The folder of the server's own sockets; only its user may enter."""
        return self.data / "run"

    @property
    def journal(self) -> Path:
        """The folder of what the PBX tells."""
        return self.data / "pbx" / "journal"

    @property
    def recordings(self) -> Path:
        """The folder of recorded sound."""
        return self.data / "recordings"

    @property
    def voicemail(self) -> Path:
        """Where mailboxes are."""
        return self.data / "voicemail"


CHOICES = tuple(name for name in Settings.model_fields if name not in ("demonstration", "given"))


def load(
    options: Mapping[str, str | None],
    environment: Mapping[str, str] | None = None,
    *,
    host_name: Callable[[], str] = socket.gethostname,
) -> Settings:
    """Put the settings together; an option given beats the environment, that the file.

    Raises:
        SettingsRefused: unknown name or bad value, wherever it stood.
    """
    environment = os.environ if environment is None else environment
    from_environment = _environment(environment)
    given = {name: value for name, value in options.items() if value is not None}
    folder = given.get("data", from_environment.get("data", "engage-data"))
    if not folder.strip():
        raise SettingsRefused("--data: names no folder")
    data = Path(folder).expanduser().absolute()
    sources: list[tuple[Callable[[str], str], Mapping[str, object]]] = [
        (lambda name: "--" + name.replace("_", "-"), given),
        (lambda name: PREFIX + name.upper(), from_environment),
        (lambda name: f"{data / FILE}: {name}", _file(data)),
    ]
    values: dict[str, object] = {}
    origin: dict[str, str] = {}
    for spell, source in reversed(sources):
        told = {name: spell(name) for name in source}
        _validated({**source, "data": data}, told)  # a bad value that is overruled is bad as well
        values |= source
        origin |= told
    return _build(data, values, origin, host_name)


def _validated(values: Mapping[str, object], origin: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as refused:
        problem = refused.errors()[0]
        name = str(problem["loc"][0])
        reason = problem["msg"].removeprefix("Value error, ")
        raise SettingsRefused(f"{origin.get(name, name)}: {reason}") from None


def _build(
    data: Path,
    values: dict[str, Any],
    origin: dict[str, str],
    host_name: Callable[[], str],
) -> Settings:
    given = frozenset(values)
    demonstration = (data / DEMONSTRATION_MARK).exists()
    values |= {"data": data, "given": given, "demonstration": demonstration}
    for name in ("certificate", "key"):
        if isinstance(values.get(name), str):
            values[name] = data / Path(values[name]).expanduser()
    settings = _validated(values, origin)
    if settings.demo or demonstration:
        quiet = {name: to for name, to in LOOPBACK_LISTENERS.items() if name not in given}
        settings = _validated(values | quiet, origin)
    _check(settings, origin)
    if not settings.public_url:
        settings = settings.model_copy(update={"public_url": _public_url(settings, host_name)})
    return settings


def _check(settings: Settings, origin: Mapping[str, str]) -> None:
    if (settings.certificate is None) != (settings.key is None):
        alone = "certificate" if settings.certificate else "key"
        raise SettingsRefused(f"{origin[alone]}: certificate and key must be given together")
    if settings.http is None and settings.https is None:
        name = origin.get("https", origin.get("http", "http"))
        raise SettingsRefused(f"{name}: http and https cannot both be off")


def _public_url(settings: Settings, host_name: Callable[[], str]) -> str:
    """What links carry unless it is set: HTTPS under the host's name."""
    listener, scheme = settings.https, "https"
    if listener is None:
        listener, scheme = settings.http, "http"
    assert listener is not None  # noqa: S101 - both off was refused
    host = host_name() if listener.everywhere else listener.host
    return f"{scheme}://{Address(host, listener.port)}"


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for variable, value in environment.items():
        if not variable.upper().startswith(PREFIX) or variable.startswith(BUILD_PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if variable != PREFIX + name.upper() or name not in CHOICES:
            known = [PREFIX + each.upper() for each in CHOICES]
            raise SettingsRefused(f"{variable}: unknown setting{_nearest(variable.upper(), known)}")
        found[name] = value
    return found


def _file(data: Path) -> dict[str, str]:
    path = data / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        raise SettingsRefused(f"{path}: {failed}") from None
    known = [each for each in CHOICES if each != "data"]
    values: dict[str, str] = {}
    for key, value in content.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SettingsRefused(f"{path}: unknown key {key!r}{_nearest(name, known)}")
        values[name] = _text(value)
    return values


def _text(value: object) -> str:
    """A value of the file, spelt as it would stand in the environment."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def text_of(settings: Settings) -> dict[str, Any]:
    """The settings as plain values that another process reads back with `from_text`."""
    texts: dict[str, Any] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, tuple):
            value = ",".join(map(str, value))
        elif isinstance(value, frozenset):
            value = sorted(value)
        elif value is not None and not isinstance(value, bool | str):
            value = str(value)
        texts[name] = value
    return texts


def from_text(texts: dict[str, Any]) -> Settings:
    """The settings another process passed on by `text_of`."""
    return Settings.model_validate(texts)


def unserved(settings: Settings) -> list[str]:
    """What was asked for but is not served by this version; each a line for the start."""
    lines = []
    if settings.redis:
        lines.append("Redis is not used by this version: it runs as one node.")
    return lines


def exposed(settings: Settings) -> list[str]:
    """Listeners that others on the network can reach while demonstration passwords hold."""
    if not (settings.demo or settings.demonstration):
        return []
    listeners = {name: getattr(settings, name) for name in LISTENERS}
    return [f"{name} {at}" for name, at in listeners.items() if at and not at.loopback]
