"""What a user agent says of itself, and wants."""

from __future__ import annotations

import msgspec

ALLOW = b"INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, REFER, NOTIFY, SUBSCRIBE, OPTIONS, MESSAGE"
ALLOW_IN_CALLS = ALLOW.removesuffix(b", MESSAGE")
SUPPORTED = (b"100rel", b"timer", b"replaces", b"norefersub")
"""The option tags whose meaning the core knows; an INVITE may require any of them."""
UNDERSTOOD = (*SUPPORTED, b"privacy")
"""Those, and what a request may require of whoever stands between two (RFC 3323 §4.3)."""

SESSIONS = (b"application/sdp", b"multipart/mixed")
"""The types of bodies in which a session description comes."""


class Profile(msgspec.Struct, frozen=True):
    """One user agent.

    Args:
        address: our From, as a name-addr without a tag.
        user: the user part of Contact, escaped; nothing for none.
        product: User-Agent and Server; nothing for none.
        session_s: the session interval we ask for; 0: only if others want one (RFC 4028).
        shortest_session_s: our Min-SE.
        reliable: send provisional responses reliably to those who support it (RFC 3262).
        packages: the INFO packages we take, in lower case (RFC 6086).
        between: we stand between two parties: who wants to replace a call of ours may name it as
            its other end does.
        accepts: the types of bodies we take in a call.
        events: the packages that can be watched here (RFC 6665 §4.4.4).
    """

    address: bytes
    user: bytes = b""
    product: bytes = b""
    session_s: int = 1800
    shortest_session_s: int = 90
    reliable: bool = True
    packages: frozenset[bytes] = frozenset()
    between: bool = False
    accepts: tuple[bytes, ...] = SESSIONS
    events: tuple[bytes, ...] = (b"refer",)
