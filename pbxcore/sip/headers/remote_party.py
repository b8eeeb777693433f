"""Remote-Party-ID: who calls, as trunks say it that know no RFC 3325 (draft-ietf-sip-privacy-04).

The draft never became an RFC, and some providers still take and send nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address, write_address
from pbxcore.sip.uri import parse_uri

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

NAME: Final = b"remote-party-id"
_OPEN: Final = b"off"


class RemoteParty(msgspec.Struct, frozen=True):
    """One party of a call; `private` ones may not be named to whom the peer does not trust."""

    uri: bytes
    display_name: bytes = b""
    private: bool = False

    def encode(self, *, called: bool = False) -> bytes:
        """The value for the calling party, or the one that was called, for whom we stand.

        Raises:
            LocalProtocolError: the party has no address.
        """
        privacy = b"full" if self.private else _OPEN
        parameters: dict[bytes, bytes | None] = {
            b"party": b"called" if called else b"calling",
            b"screen": b"yes",
            b"privacy": privacy,
        }
        return write_address(self.uri, self.display_name, parameters)


def read_remote_party(message: Message) -> RemoteParty | None:
    """The calling party, if its sender stands for it (`screen=yes`) or says nothing of that."""
    if message.get(NAME) is None:
        return None
    try:
        for value in message.all(NAME):
            found = parse_address(value)
            parse_uri(found.uri)
            told = found.parameters.get
            if (told(b"party") or b"calling").lower() != b"calling":
                continue
            if (told(b"screen") or b"yes").lower() == b"no":
                continue
            private = (told(b"privacy") or _OPEN).lower() != _OPEN
            return RemoteParty(found.uri, found.display_name, private)
    except RemoteProtocolError:
        pass  # half of a malformed identity must lead nobody
    return None
