"""What transactions ask for: values, carried out in order by the layer around them."""

from __future__ import annotations

import msgspec

from pbxcore.sip.message import Response


class Send(msgspec.Struct, frozen=True):
    """Put these bytes on the wire."""

    data: bytes


class Deliver(msgspec.Struct, frozen=True):
    """Hand this response to whoever asked."""

    response: Response


class Fail(msgspec.Struct, frozen=True):
    """No answer will come: 408 for silence, 503 for a transport that failed (§8.1.3.1)."""

    status: int


class Trying(msgspec.Struct, frozen=True):
    """Send a 100: the peer has waited long enough (RFC 3261 §17.2.1, RFC 4320 §4.1)."""


class Cancel(msgspec.Struct, frozen=True):
    """Send the CANCEL that was asked for: a provisional response allows it now (§9.1)."""


class Unacknowledged(msgspec.Struct, frozen=True):
    """The refusal of an INVITE was never acknowledged, or its transport failed (§17.2.1)."""


Output = Send | Deliver | Fail | Trying | Cancel | Unacknowledged
