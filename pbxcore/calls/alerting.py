"""How a phone is told to ring (RFC 3261 §20.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxcore.directory import Extension

_NAME: Final = b"Alert-Info: "
ANSWERS: Final = b"Call-Info: <sip:127.0.0.1>;answer-after=0"
"""What phones read as the wish that they answer by themselves."""


def alerting(value: str) -> tuple[bytes, ...]:
    """The header line of a value: `<uri>`, with parameters; a bare word is what phones look for."""
    if not value:
        return ()
    written = value if value.startswith("<") else f"<http://127.0.0.1>;info={value}"
    return (_NAME + written.encode(),)


def alerted(
    lines: tuple[bytes, ...], extension: Extension, ringtones: str, by_group: str = ""
) -> tuple[bytes, ...]:
    """Header lines for a phone: a route goes before a group, that before what it has set itself.

    A ringtone is fetched below the address `ringtones`; a phone that cannot looks at `info`.
    """
    handling = extension.handling
    if handling.answers:
        lines = (*lines, ANSWERS)
    if any(each.startswith(_NAME) for each in lines):
        return lines
    if by_group:
        return (*lines, *alerting(by_group))
    if not handling.ringtone:
        return (*lines, *alerting(handling.rings_as))
    _, mark, info = handling.rings_as.partition(";info=")
    return (*lines, *alerting(f"<{ringtones}{handling.ringtone}.wav>{mark}{info}"))
