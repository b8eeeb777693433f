"""Contact: where a peer is reached (RFC 3261 §20.10, RFC 5626 §4.1, RFC 5627 §3)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import seconds, unquoted
from pbxcore.sip.headers.address_header import AddressHeader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxcore.sip.message import Message

_Q: Final = re.compile(rb"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_REMEMBERED_LENGTH: Final = 256
_MALFORMED_EXPIRES_S: Final = 3600  # RFC 3261 §20.10
_LARGEST_REG_ID: Final = (1 << 31) - 1  # RFC 5626 §4.2


class Contact(AddressHeader, frozen=True):
    """One contact; `uri` as written, parameters with their quotes; they are shared: read only."""

    @property
    def expires(self) -> int | None:
        """Seconds, None when the parameter is missing."""
        if b"expires" not in self.parameters:
            return None
        found = seconds(self.parameters[b"expires"])
        return _MALFORMED_EXPIRES_S if found is None else found

    @property
    def q_milli(self) -> int:
        """The preference, 0 to 1000; 1000 when it is missing or malformed."""
        return q_milli_of(self.parameters)

    @property
    def instance(self) -> bytes | None:
        """The URN of `+sip.instance`, without quotes and brackets."""
        value = self.parameters.get(b"+sip.instance")
        if value is None:
            return None
        return unquoted(value).strip().removeprefix(b"<").removesuffix(b">") or None

    @property
    def reg_id(self) -> int | None:
        """Which of a phone's flows this is, None when it has no number that counts."""
        value = self.parameters.get(b"reg-id") or b""
        if not value.isdigit() or len(value) > 10:
            return None
        number = int(value)
        return number if 0 < number <= _LARGEST_REG_ID else None


def q_milli_of(given: Mapping[bytes, bytes | None]) -> int:
    """The `q` among parameters in thousandths; 1000 when it is missing or malformed."""
    value = given.get(b"q")
    return 1000 if value is None or not _Q.fullmatch(value) else round(float(value) * 1000)


def parse_contact(value: bytes) -> Contact:
    """Read one contact; `*` is none. Phones send the same again: what is not long is remembered.

    Raises:
        RemoteProtocolError: 400: it is no address.
    """
    return _remembered(value) if len(value) <= _REMEMBERED_LENGTH else _parsed(value)


def _parsed(value: bytes) -> Contact:
    if value == b"*":
        raise RemoteProtocolError(400, "Contact * Not Allowed")
    return Contact.parse(value)


_remembered = lru_cache(maxsize=4096)(_parsed)


def read_contacts(message: Message) -> list[Contact]:
    """All contacts, in order.

    Raises:
        RemoteProtocolError: 400: one of them is malformed, or it is `*`.
    """
    return [parse_contact(each) for each in message.all(b"contact")]


def removes_all(message: Message) -> bool:
    """Whether a REGISTER's Contact is `*` (RFC 3261 §10.2.2).

    Raises:
        RemoteProtocolError: 400: it is `*` and something else.
    """
    values = message.all(b"contact")
    if b"*" not in values:
        return False
    if len(values) > 1:
        raise RemoteProtocolError(400, "Contact * Not Alone")
    return True


def read_contact(message: Message) -> Contact | None:
    """The one contact that forms or refreshes a dialog (RFC 3261 §8.1.1.8).

    Raises:
        RemoteProtocolError: 400: it is malformed, `*`, or there are several.
    """
    values = message.all(b"contact")
    if not values:
        return None
    if len(values) > 1:
        raise RemoteProtocolError(400, "Several Contacts")
    return parse_contact(values[0])
