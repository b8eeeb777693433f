"""The messages of RFC 4475 and RFC 5118, byte by byte, and what those RFCs want of each.

The Content-Length of three messages of RFC 5118 is counted anew: as printed it contradicts the
body.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

_VECTORS: Final = Path(__file__).parent.parent / "vectors"
UNDERSTOOD: Final = frozenset((200, 202, 401, 403, 404, 405, 406, 415, 480, 481, 483, 488))
"""What a server may say to a message it has read, whatever it then thinks of it."""
UNANSWERED: Final = frozenset[int]()
_BAD: Final = frozenset((400,))


class Torture(NamedTuple):
    """One message; `statuses` are the answers that are right, none for silence."""

    name: str
    section: str
    statuses: frozenset[int]
    rfc: str = "rfc4475"

    @property
    def data(self) -> bytes:
        """The message as it is on the wire."""
        return (_VECTORS / self.rfc / f"{self.name}.dat").read_bytes()


RFC_4475: Final = (
    Torture("wsinv", "3.1.1.1", UNDERSTOOD),
    Torture("intmeth", "3.1.1.2", frozenset((501,))),
    Torture("esc01", "3.1.1.3", UNDERSTOOD),
    Torture("escnull", "3.1.1.4", UNDERSTOOD),
    Torture("esc02", "3.1.1.5", frozenset((501,))),
    Torture("lwsdisp", "3.1.1.6", UNDERSTOOD),
    Torture("longreq", "3.1.1.7", UNDERSTOOD),
    Torture("dblreq", "3.1.1.8", UNDERSTOOD),
    Torture("semiuri", "3.1.1.9", UNDERSTOOD),
    Torture("transports", "3.1.1.10", UNDERSTOOD),
    Torture("mpart01", "3.1.1.11", UNDERSTOOD),
    Torture("unreason", "3.1.1.12", UNANSWERED),
    Torture("noreason", "3.1.1.13", UNANSWERED),
    Torture("badinv01", "3.1.2.1", _BAD),
    Torture("clerr", "3.1.2.2", _BAD),
    Torture("ncl", "3.1.2.3", _BAD),
    Torture("scalar02", "3.1.2.4", _BAD),
    Torture("scalarlg", "3.1.2.5", UNANSWERED),
    Torture("quotbal", "3.1.2.6", _BAD),
    Torture("ltgtruri", "3.1.2.7", _BAD),
    Torture("lwsruri", "3.1.2.8", _BAD),
    Torture("lwsstart", "3.1.2.9", _BAD),
    Torture("trws", "3.1.2.10", UNDERSTOOD),  # may be refused or, as here, forgiven
    Torture("escruri", "3.1.2.11", _BAD),
    Torture("baddate", "3.1.2.12", UNDERSTOOD),  # the date decides nothing
    Torture("regbadct", "3.1.2.13", _BAD),
    Torture("badaspec", "3.1.2.14", _BAD),
    Torture("baddn", "3.1.2.15", _BAD),
    Torture("badvers", "3.1.2.16", frozenset((505,))),
    Torture("mismatch01", "3.1.2.17", _BAD),
    Torture("mismatch02", "3.1.2.18", _BAD),
    Torture("bigcode", "3.1.2.19", UNANSWERED),
    Torture("badbranch", "3.2.1", UNDERSTOOD),
    Torture("insuf", "3.3.1", _BAD),
    Torture("unkscm", "3.3.2", frozenset((416,))),
    Torture("novelsc", "3.3.3", frozenset((416,))),
    Torture("unksm2", "3.3.4", frozenset((400, 416))),
    Torture("bext01", "3.3.5", frozenset((420,))),
    Torture("invut", "3.3.6", UNDERSTOOD),
    Torture("regaut01", "3.3.7", frozenset((401,))),
    Torture("multi01", "3.3.8", _BAD),
    Torture("mcl01", "3.3.9", _BAD),
    Torture("bcast", "3.3.10", UNANSWERED),
    Torture("zeromf", "3.3.11", frozenset((200, 483))),
    Torture("cparam01", "3.3.12", UNDERSTOOD),
    Torture("cparam02", "3.3.13", UNDERSTOOD),
    Torture("regescrt", "3.3.14", UNDERSTOOD),
    Torture("sdp01", "3.3.15", UNDERSTOOD),
    Torture("inv2543", "3.4.1", UNDERSTOOD),
)
RFC_5118: Final = tuple(
    Torture(name, section, statuses, "rfc5118")
    for name, section, statuses in (
        ("ipv6-good", "4.1", UNDERSTOOD),
        ("ipv6-bad", "4.2", _BAD),
        ("port-ambiguous", "4.3", UNDERSTOOD),
        ("port-unambiguous", "4.4", UNDERSTOOD),
        ("via-received-param-with-delim", "4.5", UNDERSTOOD),
        ("via-received-param-no-delim", "4.5", UNDERSTOOD),
        ("ipv6-in-sdp", "4.6", UNDERSTOOD),
        ("mult-ip-in-header", "4.7", UNDERSTOOD),
        ("mult-ip-in-sdp", "4.8", UNDERSTOOD),
        ("ipv4-mapped-ipv6", "4.9", UNDERSTOOD),
        ("ipv6-bug-abnf-3-colons", "4.10", UNDERSTOOD),
        ("ipv6-correct-abnf-2-colons", "4.10", UNDERSTOOD),
    )
)
ALL: Final = RFC_4475 + RFC_5118


def vector(name: str) -> bytes:
    """The message of that name."""
    return next(each for each in ALL if each.name == name).data
