"""What a SIP message costs to read and to write: ours and the reference, in one run.

    python -m bench.sip_parse [--rounds 7]

Each line is one piece of work on the reference's 750-byte INVITE: microseconds of processor time
of both (medians of interleaved rounds) and the ratio. `min` finds what dispatch to a transaction
needs, `proxy` forwards the message, `b2bua` writes a fresh one with a rewritten SDP, `response`
reads a 200. `lazy` splits the head and indexes it, `full` reads every header as a value and writes
the message, which the reference does in its naive style; `encode` writes what was read, `build` an
answer.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pbxcore.sip.address import parse_address
from pbxcore.sip.checks import examine, read_cseq
from pbxcore.sip.headers.contact import read_contacts
from pbxcore.sip.headers.content import read_content_type
from pbxcore.sip.headers.option_tags import read_option_tags
from pbxcore.sip.headers.route import read_route
from pbxcore.sip.headers.tokens import read_allow
from pbxcore.sip.message import Request, Response, build_request, build_response, parse
from pbxcore.sip.via import parse_via

if TYPE_CHECKING:
    from collections.abc import Callable

_ANSWER = [
    b"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-524287-1---b3a8f1c2d4;rport=5061",
    b'From: "Alice Liddell" <sip:1001@127.0.0.1>;tag=2f7a9c11',
    b"To: <sip:1002@127.0.0.1:5060>;tag=8a1c",
    b"Call-ID: 84b4c76e66710@127.0.0.1",
    b"CSeq: 1 INVITE",
    b"Contact: <sip:pbx@127.0.0.1:5060>",
]


def ours_min(data: bytes) -> tuple[object, ...]:
    """Branch, CSeq, Call-ID and tags, each properly parsed."""
    message = parse(data)
    get = message.get
    return (
        parse_via(get(b"via") or b"").branch,
        read_cseq(get(b"cseq") or b""),
        get(b"call-id"),
        parse_address(get(b"from") or b"").tag,
        parse_address(get(b"to") or b"").tag,
    )


def ours_response(data: bytes) -> tuple[object, ...]:
    """What matches a response to its transaction."""
    message = parse(data)
    assert isinstance(message, Response)
    get = message.get
    return (
        message.status,
        parse_via(get(b"via") or b"").branch,
        read_cseq(get(b"cseq") or b""),
        parse_address(get(b"to") or b"").tag,
    )


def ours_proxy(data: bytes) -> bytes:
    """Forward with a Via of our own, one hop less, and another Request-URI."""
    message = parse(data)
    assert isinstance(message, Request)
    get = message.get
    via = parse_via(get(b"via") or b"")
    read_cseq(get(b"cseq") or b"")
    parse_address(get(b"from") or b"")
    parse_address(get(b"to") or b"")
    message.uri = b"sip:1002@127.0.0.1:5070"
    message.replace(b"max-forwards", b"Max-Forwards: %d" % (int(get(b"max-forwards") or b"70") - 1))
    message.lines.insert(
        0,
        b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK%b.0\r\nRecord-Route: <sip:127.0.0.1;lr>"
        % via.branch[-10:],
    )
    return message.encode()


def ours_b2bua(data: bytes) -> bytes:
    """Write the other leg's INVITE, with the media's address changed."""
    message = parse(data)
    get = message.get
    via = parse_via(get(b"via") or b"")
    read_cseq(get(b"cseq") or b"")
    from_ = parse_address(get(b"from") or b"")
    parse_address(get(b"to") or b"")
    body = []
    for line in message.body.split(b"\r\n"):
        kind, changed = line[:2], line
        if kind == b"c=":
            changed = b"c=IN IP4 127.0.0.1"
        elif kind == b"m=":
            pieces = line.split(b" ")
            pieces[1] = b"12000"
            changed = b" ".join(pieces)
        elif kind == b"o=":
            changed = b"o=pbx 1 1 IN IP4 127.0.0.1"
        body.append(changed)
    lines = [
        b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKpbx%b;rport" % via.branch[-8:],
        b"Max-Forwards: 70",
        b'From: "%b" <%b>;tag=%b' % (from_.display_name, from_.uri, (from_.tag or b"")[::-1]),
        b"To: <sip:1002@127.0.0.1:5070>",
        b"Call-ID: " + (get(b"call-id") or b"")[::-1],
        b"CSeq: 1 INVITE",
        b"Contact: <sip:pbx@127.0.0.1:5060>",
        b"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS",
        b"Content-Type: application/sdp",
    ]
    return build_request(b"INVITE", b"sip:1002@127.0.0.1:5070", lines, b"\r\n".join(body))


def ours_lazy(data: bytes) -> bytes | None:
    """Split the head and index its names."""
    return parse(data).get(b"call-id")


def ours_full(data: bytes) -> bytes:
    """Read every header as a value, and write the message."""
    message = parse(data)
    assert isinstance(message, Request)
    examine(message)
    for each in message.all(b"via"):
        parse_via(each)
    read_route(message, b"record-route")
    read_contacts(message)
    read_allow(message)
    read_option_tags(message, b"supported")
    read_content_type(message)
    return message.encode()


def ours_build(_: bytes) -> bytes:
    """Write an answer from its lines."""
    return build_response(200, "OK", _ANSWER)


def timed(work: Callable[[bytes], object], data: bytes, times: int = 5000) -> float:
    """Microseconds for one."""
    start = time.process_time()
    for _ in range(times):
        work(data)
    return (time.process_time() - start) / times * 1e6


def main() -> None:
    """Compare and print one JSON line for each piece of work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its own figures when imported
        reference = importlib.import_module("bench.reference.sip_parse")
    for name, ours, data in (
        ("min", ours_min, reference.INVITE),
        ("response", ours_response, reference.OK),
        ("proxy", ours_proxy, reference.INVITE),
        ("b2bua", ours_b2bua, reference.INVITE),
    ):
        compare(name, ours, getattr(reference, f"work_{name}"), data, options.rounds)
    compare(
        "lazy",
        ours_lazy,
        lambda d: reference.Msg(d).get(b"call-id"),
        reference.INVITE,
        options.rounds,
    )
    compare("full", ours_full, reference.full_objects, reference.INVITE, options.rounds)
    message = parse(reference.INVITE)
    for name, work in (("encode", lambda _: message.encode()), ("build", ours_build)):
        alone = statistics.median(timed(work, b"") for _ in range(options.rounds))
        print(json.dumps({"work": name, "ours_us": round(alone, 2)}), flush=True)


def compare(
    name: str,
    ours: Callable[[bytes], object],
    theirs: Callable[[bytes], object],
    data: bytes,
    rounds: int,
) -> None:
    """Print one line: both in turn, so that what else the machine does meets both."""
    pairs = [(timed(ours, data), timed(theirs, data)) for _ in range(rounds)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    figures = {"ours_us": round(mine, 2), "reference_us": round(other, 2)}
    print(json.dumps({"work": name, **figures, "ratio": round(mine / other, 2)}), flush=True)


if __name__ == "__main__":
    main()
