"""Headers that are an address with parameters of their own, such as Contact and Refer-To."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address, write_address

if TYPE_CHECKING:
    from typing import Self

    from pbxcore.sip.message import Message


class AddressHeader(msgspec.Struct, frozen=True):
    """One value; `uri` as written, parameters with their quotes."""

    uri: bytes
    display_name: bytes = b""
    parameters: dict[bytes, bytes | None] = {}

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Read one.

        Raises:
            RemoteProtocolError: 400: it is no address.
        """
        address = parse_address(value)
        return cls(address.uri, address.display_name, address.parameters)

    @classmethod
    def readable(cls, message: Message, name: bytes) -> list[Self]:
        """All up to the first that cannot be read, as they stand in the header of that name."""
        if message.get(name) is None:
            return []
        found: list[Self] = []
        with suppress(RemoteProtocolError):  # what came before the malformed one is kept
            found.extend(map(cls.parse, message.all(name)))
        return found

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the URI is empty, or a parameter's name is no token.
        """
        return write_address(self.uri, self.display_name, self.parameters)
