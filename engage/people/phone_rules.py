"""How an extension's phones sign in, from where, and how often they are asked for a sign of life.

The rules lie among the extension's options, under the names that the HTTPS API gives them, so that
programs and the administrator's form change the same thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_NETWORKS = 10
LONGEST_INTERVAL_S = 3600
USUAL_INTERVAL_S = 60
ANYWHERE, IN_NETWORKS, AT_ADDRESS = 0, 1, 2
NOWHERE = "0.0.0.0/32"
"""A restriction that names nothing lets nobody in: better that than everybody."""
FIELDS = ("auth_id", "allowed_networks", "qualify_s", "digest_algorithms")
ALGORITHMS = ("MD5", "SHA-256", "SHA-512-256")
"""The order in which they are offered: many phones read only the first."""
_NETWORKS = tuple(f"local_network{each}" for each in range(1, MOST_NETWORKS + 1))
_AUTH_ID = re.compile(r'[^\s;:?"()<>@,\\/\[\]={}.]{1,32}')


@dataclass(frozen=True, slots=True)
class PhoneRules:
    """The rules of one extension.

    `allowed_networks` empty: from anywhere; `qualify_s` 0: never; `digest_algorithms` empty: as it
    is set for all.
    """

    auth_id: str
    allowed_networks: tuple[str, ...]
    qualify_s: int
    digest_algorithms: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read them from an extension's options."""
        asked = options.get("enable_qualify") == "yes"
        interval = options.get("qualifyfreq", USUAL_INTERVAL_S)
        return cls(
            str(options.get("authid") or ""),
            _allowed(options),
            interval if asked and isinstance(interval, int) else 0,
            in_order(options.get("digest_algorithms") or ()),
        )


USUAL = PhoneRules("", (), 0)


def options_for(fields: Mapping[str, Any], present: PhoneRules = USUAL) -> dict[str, Any]:
    """What of the options changes with those of `FIELDS` that are given and differ."""
    options: dict[str, Any] = {}
    given = {
        name: fields[name]
        for name in FIELDS
        if name in fields and fields[name] != _shown(getattr(present, name))
    }
    if "auth_id" in given:
        options["authid"] = given["auth_id"] or None
    if "allowed_networks" in given:
        options |= _restriction(given["allowed_networks"])
    if "qualify_s" in given:
        options["enable_qualify"] = "yes" if given["qualify_s"] else "no"
        if given["qualify_s"]:
            options["qualifyfreq"] = given["qualify_s"]
    if "digest_algorithms" in given:
        options["digest_algorithms"] = list(in_order(given["digest_algorithms"]))
    return options


def in_order(algorithms: Iterable[str]) -> tuple[str, ...]:
    """Those that are chosen, in the order in which they are offered."""
    chosen = set(algorithms)
    return tuple(each for each in ALGORITHMS if each in chosen)


def auth_id_problem(auth_id: str) -> str | None:
    """A name to sign in with is quoted in SIP headers and typed on phones."""
    if not auth_id or _AUTH_ID.fullmatch(auth_id):
        return None
    return N_(
        'Use at most 32 characters, no blanks and none of ; : ? " ( ) < > @ , \\ / [ ] = { } .'
    )


def _shown(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _allowed(options: Mapping[str, Any]) -> tuple[str, ...]:
    match str(options.get("strategy_ipacl") or ANYWHERE):
        case "1":
            named = [str(options[each]) for each in _NETWORKS if options.get(each)]
        case "2":
            named = [str(options["specific_ip"])] if options.get("specific_ip") else []
        case _:
            return ()
    return tuple(named) or (NOWHERE,)


def _restriction(networks: list[str]) -> dict[str, Any]:
    if not networks:
        return {"strategy_ipacl": ANYWHERE}
    if len(networks) == 1 and _is_address(networks[0]):
        return {"strategy_ipacl": AT_ADDRESS, "specific_ip": networks[0]}
    rest = [None] * (MOST_NETWORKS - len(networks))
    return {"strategy_ipacl": IN_NETWORKS, **dict(zip(_NETWORKS, [*networks, *rest], strict=True))}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
