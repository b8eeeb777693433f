"""Who is shown as the caller: rewritten by inbound routes, chosen for outbound trunks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.dialplan.plan import Dod
    from pbxcore.directory import Extension, Trunk

_VARIABLE: Final = re.compile(
    r"\$\{CALLERID\((num|name)\)(?::(-?\d{1,3})(?::(-?\d{1,3}))?)?\}", re.IGNORECASE
)


def rewritten(expression: str, number: str, name: str) -> str:
    """What an expression makes of a caller.

    `${CALLERID(num)}` is the number, `${CALLERID(name)}` the name; `:n` leaves out the first n
    characters, `:-n` keeps the last n, `:s:n` keeps n after the first s. All else stays as it is.
    """

    def value(match: re.Match[str]) -> str:
        text = number if match[1].lower() == "num" else name
        if match[2] is None:
            return text
        text = text[int(match[2]) :]
        return text if match[3] is None else text[: int(match[3])]

    return _VARIABLE.sub(value, expression)


def outbound_caller(
    trunk: Trunk,
    extension: Extension | None,
    *,
    dod: Dod | None = None,
    original: str = "",
    route: str = "",
    usual: str = "",
) -> tuple[str, str]:
    """The number and the name that a trunk is told.

    The first that is there: the trunk's From user, the caller of the inbound call that goes out
    again (where the trunk keeps it), the trunk's own (likewise), the DOD, the route's, the
    extension's own, the number that the trunk is registered by, the usual one, the extension's
    number.

    Args:
        trunk: the way out.
        extension: who calls, or for whom a call goes on.
        dod: the number of the trunk's that stands for who calls, None for none.
        original: the caller of the inbound call that goes out again.
        route: the outbound route's.
        usual: what holds for all.
    """
    name = extension.display_name if extension is not None else ""
    if trunk.from_user:
        return trunk.from_user, trunk.caller_name or name
    if original and trunk.keeps_original:
        return original, ""
    if trunk.caller_id and trunk.keeps_own:
        return trunk.caller_id, trunk.caller_name
    if dod is not None:
        return dod.number, dod.number if trunk.dod_as_name else dod.name or name
    own = extension.caller_id if extension is not None else ""
    number = route or own or trunk.caller_id or trunk.number or trunk.username or usual
    if not number and extension is not None:
        number = extension.number
    return number, (trunk.caller_name if number == trunk.caller_id else "") or name


def dod_of(trunk: Trunk, numbers: Iterable[str]) -> Dod | None:
    """The number of the trunk's that is shown instead: that of the first who has one."""
    found = (each for at in numbers for each in trunk.dods if at in each.callers)
    return next(found, None)
