"""How a line is written for a browser: keys by DTLS, one candidate of ICE, RTCP beside RTP.

RFC 8827 §6.5 and RFC 8834: a browser takes nothing else.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.sdp.dtls import Dtls, Fingerprint, Setup
from pbxcore.sip.sdp.ice import Candidate, Ice, ice_of
from pbxcore.sip.sdp.stream import DTLS_SAVPF, Stream

if TYPE_CHECKING:
    from pbxcore.media.commands import StreamOpened
    from pbxcore.sip.sdp.description import SessionDescription

_PROFILES: Final = (DTLS_SAVPF, "UDP/TLS/RTP/SAVP", "RTP/SAVPF")
"""The first is offered; the others are what older browsers and some phones write."""
_HOST_PREFERENCE: Final = 126
_COMPONENT: Final = 1


def for_browser(stream: Stream, opened: StreamOpened, address: str, *, offered: bool) -> Stream:
    """The stream as a browser wants it.

    Args:
        stream: what it carries.
        opened: what the worker said of it.
        address: where the browser reaches the worker.
        offered: we offer it, so that the browser says who begins; else we let the browser begin,
            which knows when it has found a way to us (RFC 5763 §5, RFC 8842 §5.3).
    """
    fingerprint = Fingerprint("sha-256", opened.fingerprint)
    return msgspec.structs.replace(
        stream,
        profiles=_PROFILES,
        cryptos=(),
        mux=True,
        dtls=Dtls((fingerprint,), Setup.ACTPASS if offered else Setup.PASSIVE),
        ice=Ice(
            opened.ice_user,
            opened.ice_password,
            (_candidate(address, opened.port),),
            lite=True,
            complete=True,
        ),
    )


def wants_dtls(description: SessionDescription) -> bool:
    """Whether the writer is a browser, or a phone that is keyed as browsers are."""
    return any(
        media.port
        and media.profile.upper() in _PROFILES
        and description.inherited(media, "fingerprint") is not None
        for media in description.media
    )


def restarts_ice(description: SessionDescription, index: int, before: Ice | None) -> bool:
    """Whether a later description of the peer begins ICE anew for a line (RFC 8839 §4.4.1.1.1)."""
    if before is None or index >= len(description.media):
        return False
    now = ice_of(description, description.media[index])
    return now is not None and (now.user, now.password) != (before.user, before.password)


def _candidate(address: str, port: int) -> Candidate:
    """Ours, the only one (RFC 8445 §5.1.2.1: host, RTP and RTCP as one component)."""
    # IPv6 is to be tried first where there are both (RFC 8421 §4).
    local = 65535 if isinstance(ip_address(address), IPv6Address) else 65534
    priority = (_HOST_PREFERENCE << 24) + (local << 8) + 256 - _COMPONENT
    return Candidate("1", _COMPONENT, "UDP", priority, address, port, "host")
