"""What fuzzing begins with: messages of every kind, and all that was once found."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.support.torture import ALL

FAULTS: Final = Path(__file__).parent / "faults"
"""Inputs that once broke something, a folder for each target."""

_SDP: Final = (
    b"v=0\r\no=- 7 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nb=AS:64\r\nt=0 0\r\n"
    b"m=audio 5000 RTP/AVP 0 8 96 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=rtcp:5001 IN IP6 ::1\r\na=sendonly\r\n",
    b"v=0\no=x 1 2 IN IP6 ::1\nc=IN IP6 ::\nm=image 4000 udptl t38\na=T38FaxVersion:3\n"
    b"a=T38MaxBitRate:9600\nm=audio 5004/2 RTP/SAVP 8\na=crypto:1 AES_CM_128_HMAC_SHA1_80"
    b" inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|2^20|1:4 WSH=128\n",
    b"v=0\r\no=- 7 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"
    b"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:8hhY\r\n"
    b"a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=candidate:1 1 UDP 2 10.0.1.1 89 typ host\r\n"
    b"a=fingerprint:sha-256 " + b":".join([b"4A"] * 32) + b"\r\na=setup:actpass\r\na=mid:0\r\n"
    b"a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n",
)
_DIGEST: Final = (
    b'Digest username="1000", realm="x", nonce="n", uri="sip:x", response="00", algorithm=MD5,'
    b' qop=auth, nc=00000001, cnonce="c", opaque="o"',
    b'Digest realm="x", nonce="n", qop="auth,auth-int", algorithm=SHA-256, stale=true, opaque="o",'
    b' Digest realm="y\\"", nonce="m"',
)


def seeds(target: str) -> list[bytes]:
    """The beginnings for one target."""
    messages = [each.data for each in ALL]
    match target:
        case "sdp":
            begin = list(_SDP)
        case "digest":
            begin = list(_DIGEST)
        case "framing":
            begin = [b"\7" + b"\r\n\r\n".join(messages[at : at + 3]) for at in range(0, 60, 3)]
        case "stack":
            calls = [_call(body) for body in _SDP]
            begin = [*messages, *calls, b"\n----\n".join(calls[:2])]
        case _:
            begin = messages
    return begin + faults(target)


def faults(target: str) -> list[bytes]:
    """What once broke it."""
    return [each.read_bytes() for each in sorted((FAULTS / target).glob("*"))]


def _call(body: bytes) -> bytes:
    head = (
        b"%b sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK%b\r\n"
        b"From: <sip:a@x>;tag=1\r\nTo: <sip:bob@10.0.0.2>\r\nCall-ID: c\r\nCSeq: 1 %b\r\n"
        b"Max-Forwards: 70\r\n"
    )
    more = b"Contact: <sip:a@10.9.9.9>\r\nContent-Type: application/sdp\r\nRequire: 100rel\r\n\r\n"
    parts = [head % (each, b"1", each) for each in (b"INVITE", b"CANCEL", b"ACK")]
    other = [head % (each, each, each) + b"\r\n" for each in (b"OPTIONS", b"BYE", b"REFER")]
    return b"\n----\n".join(
        [parts[0] + more + body, parts[1] + b"\r\n", parts[2] + b"\r\n", *other]
    )
