"""Several e-mail addresses in one line, parted by semicolons."""

from __future__ import annotations

from engage.errors import N_, Refused
from engage.people.policy import email_problem

_QUOTE, _ESCAPE = '"', "\\"


def addresses_in(text: str) -> list[str]:
    """Each address; a semicolon within quotes belongs to its address (RFC 5322 §3.4.1)."""
    found, quoted, escaped = [""], False, False
    for each in text:
        if each == ";" and not quoted:
            found.append("")
            continue
        quoted ^= each == _QUOTE and not escaped
        escaped = each == _ESCAPE and quoted and not escaped
        found[-1] += each
    return [each.strip() for each in found if each.strip()]


def address_list(text: str) -> str:
    """The same line, if mail could be sent to each address in it.

    Raises:
        Refused: to one it could not.
    """
    if any(email_problem(each) for each in addresses_in(text)):
        raise Refused(N_("Please enter valid email addresses, parted by semicolons."))
    return "; ".join(addresses_in(text))
