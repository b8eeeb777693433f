"""How the server is reached: its public address, and the hosts it may be administered under."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.settings import Settings

SECTION = "http_server"
RULED = N_("This is decided by the option --public-url when the server starts.")
MOST_HOSTS = 50
HOST = re.compile(
    r"(?:\[[0-9a-f:.]{2,45}\]|(?!-)[a-z0-9._-]{1,253}(?<![-.]))(?::[0-9]{1,5})?", re.ASCII
)
LARGEST_PORT = 65_535
DEFAULT_PORTS = {"http": 80, "https": 443}


class HttpServer(BaseModel):
    """The addresses under which people reach the server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_address: Annotated[str, Field(max_length=300)] = Field(
        "",
        title=N_("Public Address"),
        description=N_(
            "What links in mails and on web sites begin with. Left empty, it is made of this"
            " computer's name."
        ),
        json_schema_extra={"control": "text", "placeholder": N_("https://pbx.example.com")},
    )
    allowed_hosts: tuple[Annotated[str, Field(max_length=260)], ...] = Field(
        (),
        max_length=MOST_HOSTS,
        title=N_("Allowed Hosts"),
        description=N_(
            "Further names the administration is opened under. Copy uses the one in the browser's"
            " address bar if it is among them."
        ),
        json_schema_extra={"control": "hosts", "placeholder": N_("pbx.example.com:8089")},
    )

    @field_validator("public_address")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return address_of(value) if value.strip() else ""

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(host_of(each) for each in values if each.strip()))


def ruling(settings: Settings) -> dict[str, Any]:
    """What `--public-url` decides, where it was given."""
    given = "public_url" in settings.given
    return {"public_address": settings.public_url} if given else {}


def address_of(text: str) -> str:
    """An address as links begin with it: scheme and host, nothing after them.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in DEFAULT_PORTS or parts.path not in ("", "/"):
        raise ValueError("not http://… or https://…")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("more than scheme and host")
    return f"{parts.scheme}://{host_of(parts.netloc)}"


def host_of(text: str) -> str:
    """A host with its port, if it names one, in lower case.

    Raises:
        ValueError: it is none.
    """
    host = text.strip().lower()
    port = host.rpartition("]")[2].rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    if HOST.fullmatch(host) is None or (port and not 0 < int(port) <= LARGEST_PORT):
        raise ValueError("not a host")
    return host


class PublicAddress:
    """What links begin with."""

    def __init__(
        self, start: str, values: Callable[[], HttpServer], own_ports: frozenset[int] = frozenset()
    ) -> None:
        """Of this server.

        Args:
            start: what the start made of its options.
            values: what is set, as it holds now.
            own_ports: where this machine's own browsers reach it, as long as no address is set.
        """
        self._start, self._values, self._own_ports = start, values, own_ports

    def __call__(self) -> str:
        """For links that leave this server."""
        return self._values().public_address or self._start

    def host_names(self) -> frozenset[str]:
        """Every host this server is known under, without ports."""
        hosts = (urlsplit(self()).netloc, *self._values().allowed_hosts)
        return frozenset(urlsplit(f"//{each}").hostname or "" for each in hosts)

    def under(self, scheme: str, host: str) -> str:
        """For somebody who uses the server under this host: its address, if it may be used."""
        try:
            asked = _with_port(scheme, host_of(host))
        except ValueError:
            return self()
        own = urlsplit(self())
        allowed = {_with_port(scheme, each) for each in self._values().allowed_hosts}
        allowed.add(_with_port(own.scheme, own.netloc.lower()))
        if not self._values().public_address and self._is_here(asked):
            allowed.add(asked)
        return f"{scheme}://{host_of(host)}" if asked in allowed else self()

    def _is_here(self, asked: str) -> bool:
        """Whether it is this machine under a name that nobody else can have."""
        name, _, port = asked.rpartition(":")
        here = name in ("localhost", "127.0.0.1", "[::1]")
        return here and int(port) in self._own_ports


def _with_port(scheme: str, host: str) -> str:
    """`host:port`, with the scheme's usual port where none is named."""
    named = ":" in host.rpartition("]")[2]
    return host if named else f"{host}:{DEFAULT_PORTS.get(scheme, 0)}"
