"""Messages in the manner of RFC 4475 over a real socket: understood, refused, or ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House, Peer

TOP = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%s;rport\n"
REST = (
    "From: <sip:caller@example.net>;tag=t1\n"
    "To: <sip:1000@pbx.test>\n"
    "Call-ID: %s\n"
    "CSeq: 1 OPTIONS\n"
    "Max-Forwards: 70\n"
)


def options(
    *, start: str = "OPTIONS sip:pbx.test SIP/2.0", name: str = "x", more: str = "", body: str = ""
) -> str:
    return f"{start}\n{TOP % name}{REST % name}{more}\n{body}"


def changed(old: str, new: str, **kwargs: str) -> str:
    text = options(**kwargs)
    assert old in text
    return text.replace(old, new, 1)


# Section 3.1.1: valid, however it looks.
VALID = {
    "wsinv: white space, folding, compact forms, escapes": (
        200,
        "OPTIONS sip:pbx.test SIP/2.0\n"
        "TO :\n  sip:1000@pbx.test ;   x-tag    = 1918181833n\n"
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n'
        "MaX-fOrWaRdS: 0068\n"
        "Call-ID: wsinv.ndaksdj@192.0.2.1\n"
        "cseq: 0009\n  OPTIONS\n"
        "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;rport;branch=390skdjuw\n"
        "s :\n"
        "NewFangledHeader:   newfangled value\n continued newfangled value\n"
        "UnknownHeaderWithUnusualValue: ;;,,;;,;\n"
        "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n"
        "  branch  =   z9hG4bK9ikj8  ,\n"
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n\n",
    ),
    "intmeth: any token is a method": (
        501,
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1000@pbx.test SIP/2.0\n"
        "Via: SIP/2.0/TCP host1.example.com;rport;branch=z9hG4bK-.!%66*_+`'~\n"
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1000@pbx.test>\n'
        'From: token1~` token2\'+_ token3*%!.- <sip:mundane@example.com>;fromParam="жя";tag=_t1'
        "\nCall-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
        "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n"
        "Max-Forwards: 255\n\n",
    ),
    "esc01: escapes in the user part": (
        200,
        options(start="OPTIONS sip:sips%3Auser%40example.com@pbx.test SIP/2.0"),
    ),
    "escnull: an escaped NUL": (200, options(start="OPTIONS sip:null-%00-null@pbx.test SIP/2.0")),
    "esc02: an escape in a method is none": (
        501,
        changed("1 OPTIONS", "1 RE%47IST%45R", start="RE%47IST%45R sip:pbx.test SIP/2.0"),
    ),
    "lwsdisp: no space after the display name": (
        200,
        changed("From: <", "From: caller<"),
    ),
    "longreq: long values": (
        200,
        options(name="z" * 2000, more=f"X-Long: {'l' * 20000}\n" + "Via: SIP/2.0/TCP h\n" * 30),
    ),
    "dblreq: a second request behind the body is no request": (
        200,
        options(more="Content-Length: 0\n", body="INVITE sip:1001@pbx.test SIP/2.0\n\n"),
    ),
    "semiuri: semicolons in the user part": (
        200,
        options(start="OPTIONS sip:user;par=u%40example.net@pbx.test SIP/2.0"),
    ),
    "transports: any transport in Via": (200, changed("SIP/2.0/UDP", "SIP/2.0/UNKNOWN")),
    "badbranch: a branch that is only the cookie": (200, changed("z9hG4bKx", "z9hG4bK")),
    "baddate: a header that does not matter": (200, options(more="Date: Fri, 01 Jan 2010 EST\n")),
    "cparam: odd contact parameters": (
        200,
        options(more="Contact: <sip:u@h;unknownparam>;unknown=x\n"),
    ),
    "inv2543: a peer older than branches": (
        200,
        changed(";branch=z9hG4bKx", ""),
    ),
    "zeromf: no hop left, but it is for us": (200, changed("Forwards: 70", "Forwards: 0")),
}
# Sections 3.1.2 and 3.3: refused with the fitting status.
REFUSED = {
    "badinv01: a Via that is none": (
        400,
        changed("192.0.2.1;branch=z9hG4bKx;rport", "192.0.2.15;;,;,,"),
    ),
    "clerr: body shorter than said": (400, options(more="Content-Length: 9999\n", body="v=0")),
    "ncl: negative length": (400, options(more="Content-Length: -999\n")),
    "mcl01: two lengths": (400, options(more="Content-Length: 0\nl: 1\n", body="x")),
    "scalar02: CSeq too large": (400, changed("CSeq: 1 ", "CSeq: 36893488147419103232 ")),
    "scalar02: Max-Forwards too large": (400, changed("Forwards: 70", "Forwards: 300")),
    "quotbal: open quote": (400, changed("To: <", 'To: "Mr. J. User <')),
    "ltgtruri: brackets round the Request-URI": (
        400,
        options(start="OPTIONS <sip:pbx.test> SIP/2.0"),
    ),
    "lwsruri: spaces in the Request-URI": (
        400,
        options(start="OPTIONS sip:pbx.test; lr SIP/2.0"),
    ),
    "lwsstart: too many spaces": (400, options(start="OPTIONS  sip:pbx.test  SIP/2.0")),
    "escruri: headers in the Request-URI": (
        400,
        options(start="OPTIONS sip:pbx.test?Route=%3Csip:x%3E SIP/2.0"),
    ),
    "badaspec: spaces inside the brackets": (400, changed("To: <sip:1000@", "To: < sip:1000@")),
    "baddn: a display name that needs quotes": (
        400,
        changed("From: <", "From: Bell, Alexander <"),
    ),
    "badvers: another version": (505, options(start="OPTIONS sip:pbx.test SIP/7.0")),
    "mismatch01: CSeq of another method": (400, changed("1 OPTIONS", "1 INVITE")),
    "mismatch02: unknown method, CSeq of another": (
        400,
        changed("CSeq: 1 OPTIONS", "CSeq: 1 INVITE", start="NEWMETHOD sip:pbx.test SIP/2.0"),
    ),
    "insuf: Call-ID, From and To missing": (
        400,
        f"OPTIONS sip:pbx.test SIP/2.0\n{TOP % 'y'}CSeq: 1 OPTIONS\n\n",
    ),
    "unkscm: unknown scheme": (416, options(start="OPTIONS nobodyKnows:opaque SIP/2.0")),
    "novelsc: a scheme of something else": (416, options(start="OPTIONS soap.beep://h SIP/2.0")),
    "bext01: unknown extensions required": (
        420,
        options(more="Require: nothingSupportsThis, nothingSupportsThisEither\n"),
    ),
    "bext01: the same of proxies": (420, options(more="Proxy-Require: noProxiesSupportThis\n")),
    "multi01: several of what is single": (400, options(more="Call-ID: other\nCSeq: 5 OPTIONS\n")),
    "zeromf: no hop left": (
        483,
        changed("Forwards: 70", "Forwards: 0", start="OPTIONS sip:1000@pbx.test SIP/2.0"),
    ),
    "refer: nobody is called without a password": (
        401,
        changed("1 OPTIONS", "1 REFER", start="REFER sip:1000@pbx.test SIP/2.0"),
    ),
    "invite: nobody calls without a password": (
        401,
        changed("1 OPTIONS", "1 INVITE", start="INVITE sip:1000@pbx.test SIP/2.0"),
    ),
    "cancel: of nothing": (
        481,
        changed("1 OPTIONS", "1 CANCEL", start="CANCEL sip:1000@pbx.test SIP/2.0"),
    ),
    "regaut01: an unknown scheme of authorization": (
        401,
        changed("1 OPTIONS", "1 REGISTER", start="REGISTER sip:pbx.test SIP/2.0").replace(
            "Max-", "Authorization: NoOneKnowsThisScheme opaque-data=here\nMax-", 1
        ),
    ),
    "unksm2: a To that is no SIP URI": (
        416,
        changed("1 OPTIONS", "1 REGISTER", start="REGISTER sip:pbx.test SIP/2.0").replace(
            "To: <sip:1000@pbx.test>", "To: <isbn:2983792873>", 1
        ),
    ),
}
# What nobody can answer, or nobody may.
SILENT = {
    "scalarlg: a response with numbers too large": "SIP/2.0 503 Unavailable\n"
    + (TOP % "r")
    + (REST % "r").replace("CSeq: 1", "CSeq: 9292394834772304023312")
    + "\n",
    "bigcode: a status of ten digits": "SIP/2.0 4294967301 better not break\n"
    + (TOP % "r")
    + (REST % "r")
    + "\n",
    "bcast: a response to nothing of ours": "SIP/2.0 200 OK\n" + (TOP % "r") + (REST % "r") + "\n",
    "unreason: a response with odd words": "SIP/2.0 200 = 2**3 * 5**2 но сто\n"
    + (TOP % "r")
    + (REST % "r")
    + "\n",
    "ack: never answered": changed("1 OPTIONS", "1 ACK", start="ACK sip:1000@pbx.test SIP/2.0"),
    "ack: broken and never answered": "ACK sip:1000@pbx.test SIP/2.0\n" + (TOP % "a") + "\n",
    "no start line": "Hello, is this a phone?\n\n",
    "another protocol": "GET / HTTP/1.1\nHost: pbx.test\n\n",
    "nothing but lines": "\n\n\n",
}


def on_wire(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(("status", "text"), (VALID | REFUSED).values(), ids=(VALID | REFUSED))
async def test_torture_request_gets_the_fitting_answer(peer: Peer, status: int, text: str) -> None:
    peer.send(on_wire(text))
    answer = await peer.next()
    assert answer.startswith(b"SIP/2.0 %d " % status), answer


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
async def test_torture_message_gets_silence(
    peer: Peer, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    peer.send(on_wire(text))
    peer.send(on_wire(options(name="after")))
    answer = await peer.next()
    if text.startswith("\n"):  # a keep-alive, answered as one (RFC 5626 §3.5.1)
        answer = answer if answer != b"\r\n" else await peer.next()
    assert b"Call-ID: after" in answer
    assert not [each for each in caplog.records if each.exc_info]


async def test_refusals_say_what_would_be_taken(peer: Peer) -> None:
    peer.send(on_wire(changed("1 OPTIONS", "1 JUMP", start="JUMP sip:1000@pbx.test SIP/2.0")))
    assert b"\r\nAllow: REGISTER, OPTIONS, MESSAGE" in await peer.next()
    peer.send(on_wire(options(name="b", more="Require: foo, bar\n")))
    assert b"\r\nUnsupported: foo, bar\r\n" in await peer.next()


async def test_options_tell_which_bodies_and_methods_are_taken(peer: Peer) -> None:
    peer.send(on_wire(options()))
    lines = (await peer.next()).split(b"\r\n")
    (accept,) = (each for each in lines if each.startswith(b"Accept: "))
    assert set(accept.removeprefix(b"Accept: ").split(b", ")) == {
        *(b"application/sdp", b"multipart/mixed", b"text/plain;charset=UTF-8"),
        *(b"application/pidf+xml", b"application/resource-lists+xml"),
        b"application/x-as-feature-event+xml",
    }
    (allow,) = (each for each in lines if each.startswith(b"Allow: "))
    methods = allow.removeprefix(b"Allow: ").split(b", ")
    assert {b"NOTIFY", b"PUBLISH", b"SUBSCRIBE", b"INVITE"} <= set(methods)
    assert len(methods) == len(set(methods))


async def test_a_secure_uri_is_not_carried_in_clear(peer: Peer) -> None:
    peer.send(on_wire(options(start="OPTIONS sips:pbx.test SIP/2.0")))
    assert (await peer.next()).startswith(b"SIP/2.0 403 SIPS Needs TLS\r\n")


async def test_options_tell_what_can_be_watched(peer: Peer) -> None:
    peer.send(on_wire(options()))
    assert b"\r\nAllow-Events: message-summary, presence, dialog" in await peer.next()


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE"])
async def test_dialog_that_is_not_ours_is_told_so(peer: Peer, method: str) -> None:
    start = f"{method} sip:1000@pbx.test SIP/2.0"
    text = changed("1 OPTIONS", f"1 {method}", start=start)
    peer.send(on_wire(text.replace("\nTo: <sip:1000@pbx.test>", "\nTo: <sip:1000@pbx.test>;tag=x")))
    assert (await peer.next()).startswith(b"SIP/2.0 481 ")


@pytest.mark.parametrize("method", ["BYE", "INFO", "NOTIFY", "PRACK", "UPDATE"])
async def test_what_is_for_a_dialog_alone_finds_none(peer: Peer, method: str) -> None:
    text = changed("1 OPTIONS", f"1 {method}", start=f"{method} sip:1000@pbx.test SIP/2.0")
    peer.send(on_wire(text))
    assert (await peer.next()).startswith(b"SIP/2.0 481 ")


async def test_missing_header_is_named(peer: Peer) -> None:
    peer.send(on_wire(changed("Call-ID: x\n", "")))
    assert (await peer.next()).startswith(b"SIP/2.0 400 Missing Call-ID\r\n")


async def test_answer_goes_to_the_source_when_via_lies(peer: Peer) -> None:
    peer.send(on_wire(changed("192.0.2.1;branch=z9hG4bKx;rport", "10.0.0.1:5060;branch=z9hG4bKx")))
    answer = await peer.next()
    assert b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;received=127.0.0.1\r\n" in answer


async def test_same_request_without_memory_gets_the_same_tag(peer: Peer) -> None:
    answers = []
    for _ in range(2):
        peer.send(on_wire(options()))
        answers.append(await peer.next())
    assert answers[0] == answers[1]


async def test_options_by_two_paths_are_answered_on_both(peer: Peer) -> None:
    for branch in ("z9hG4bKleft", "z9hG4bKright"):  # no transaction that could be merged with
        peer.send(on_wire(changed("z9hG4bKx", branch)))
        answer = await peer.next()
        assert answer.startswith(b"SIP/2.0 200 ")
        assert branch.encode() in answer


async def test_thousand_bad_datagrams_leave_the_socket_alive(house: House, peer: Peer) -> None:
    noise = on_wire("\n".join(text for _, text in (VALID | REFUSED).values()))
    for at in range(1000):
        peer.send(noise[at * 7 % len(noise) :][: 1 + at * 13 % 900] or b"x")
        if at % 50 == 49:  # a lull, so that none is lost in a buffer
            peer.send(on_wire(options(name=f"lull{at}")))
            while f"Call-ID: lull{at}\r\n".encode() not in await peer.next():
                pass
    peer.send(on_wire(options(name="alive")))
    while b"Call-ID: alive\r\n" not in await peer.next():
        pass
