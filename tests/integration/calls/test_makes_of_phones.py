"""Phones of other makes at a running server: each writes as its maker does, and is heard."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pbxcore.sip.sdp.codecs import PCMU, Codec, Format
from tests.integration.calls.test_outside_parties import registered
from tests.support.baresip import Baresip
from tests.support.pair import Desk
from tests.support.phone import Phone
from tests.support.sipp_script import (
    answers,
    asks,
    calls,
    changes,
    is_answered,
    is_hung_up,
    script,
    sipp,
    takes,
)
from tests.support.tone import Voice, hears, says
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.server import Server

CALLER, DESK = "1001", "1002"
OURS_HZ, DESK_HZ = 440, 1000
HEAD = "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\n"
SOUND = HEAD + "m=audio {port} RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n"
OPUS = Format(127, Codec("opus", 48_000, 2))
KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^31|1:1"
SHORT = {
    "Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m", "Supported": "k",
    "Content-Type": "c", "Content-Length": "l", "Subject": "s", "Allow-Events": "u",
}  # fmt: skip
"""The short forms of headers (RFC 3261 §7.3.3, §20)."""


def shortened(scenario: str) -> str:
    """The scenario of a phone that knows short forms alone."""
    names = "|".join(SHORT)
    return re.sub(
        rf"^({names}):", lambda found: f"{SHORT[found[1]]}:", scenario, flags=re.MULTILINE
    )


class Make(NamedTuple):
    """How a maker's phones call.

    Attributes:
        lines: headers that they alone write, or write so.
        session: what they offer.
        later: what they do once they are answered, with their session.
        short: they write short forms of headers.
        packet_ms: how much sound they put into a packet.
        encryption: what their extension is set to.
    """

    lines: tuple[str, ...] = ()
    session: str = SOUND
    later: Callable[[str], str] = lambda session: ""
    short: bool = False
    packet_ms: int = 20
    encryption: str = "optional"


def held(session: str) -> str:
    return session.replace("c=IN IP4 [local_ip]", "c=IN IP4 0.0.0.0").replace("1 1 IN", "1 2 IN")


def changed(session: str, cseq: int = 3) -> str:
    return changes(DESK, CALLER, cseq, session)


def in_call(method: str, cseq: int, status: int, *lines: str) -> str:
    """It asks for something in its call, and is answered so."""
    asked = asks(method, DESK, CALLER, cseq, *lines)
    return asked.replace('response="200"', f'response="{status}"')


def many_codecs() -> str:
    named = ["iLBC/8000", "G726-16/8000", "G726-24/8000", "G726-32/8000", "G726-40/8000",
             "SPEEX/8000", "SPEEX/16000", "SPEEX/32000", "G7221/16000", "G7221/32000",
             "SIREN14/16000", "AMR/8000", "AMR-WB/16000", "BV16/8000", "L16/8000"]  # fmt: skip
    numbers = [each for each in range(97, 113) if each != 101]
    mapped = zip(numbers, named, strict=True)
    lines = "".join(f"a=rtpmap:{number} {name}\n" for number, name in mapped)
    formats = " ".join(map(str, (9, *numbers, 18, 4, 8, 0, 101, 13)))
    return (
        f"{HEAD}m=video 0 RTP/AVP 31\nm=audio {{port}} RTP/AVP {formats}\n{lines}"
        "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=fmtp:18 annexb=no\n"
        "a=rtcp-mux\na=silenceSupp:off - - - -\na=X-nat:0 Unknown\na=sendrecv\n"
    )


PLACE = (
    f"--b1\nContent-Type: application/sdp\n\n{SOUND}\n--b1\nContent-Type: application/pidf+xml\n"
    'Content-ID: <place@phone>\n\n<?xml version="1.0"?><presence/>\n--b1--\n'
)
TWICE = (
    f"{HEAD}m=audio 9 RTP/SAVP 0\n{KEY}\nm=audio {{port}} RTP/AVP 0 96\n"
    "a=rtpmap:96 telephone-event/8000\n"
)
MAKES = {
    "Cisco": Make(
        (
            f'Remote-Party-ID: "Ana" <sip:{CALLER}@[remote_ip]>;party=calling;id-type=subscriber;'
            "privacy=off;screen=yes",
            "x-cisco-srtp-fallback: x", "Expires: 180", "Supported: replaces,join,norefersub",
            "Accept: application/sdp", "Content-Disposition: session;handling=optional",
            "Allow: ACK,BYE,CANCEL,INVITE,NOTIFY,OPTIONS,REFER,REGISTER,UPDATE",
        ),
        later=lambda session: changed(held(session)) + changed(session, 4),
        short=True,
    ),
    "Grandstream": Make(
        (
            "X-Grandstream-PBX: true", "P-Early-Media: Supported",
            "Call-Info: <sip:[remote_ip]>;answer-after=0", "Privacy: none",
            f"P-Preferred-Identity: <sip:{CALLER}@[remote_ip]>",
            "P-Access-Network-Info: IEEE-EUI-48;eui-48-addr=00-0B-82-01-02-03",
        ),
        TWICE,
        encryption="off",
    ),
    "Polycom": Make(
        ("Allow-Events: conference,talk,hold", "Accept-Language: en",
         "Alert-Info: info=alert-autoanswer"),
        later=lambda session: changes(DESK, CALLER, 3, "", answer=session)
        + in_call("NOTIFY", 4, 481, "Event: talk", "Subscription-State: active"),
    ),
    "Snom": Make(
        ("Allow-Events: talk, hold, refer, call-info", "Supported: timer, replaces, from-change",
         "Session-Expires: 3600;refresher=uas", 'P-Key-Flags: resolution="31x13", keys="4"',
         "Alert-Info: <http://www.notused.com>;info=alert-group;x-line-id=0",
         "X-Serialnumber: 0004132F0000"),
        later=lambda session: changed(f"{session}a=sendonly\n") + changed(session, 4),
    ),
    "Microsoft": Make(
        ("User-Agent: UCCAPI/16.0.4266.1001 OC/16.0.4266.1001 (Skype for Business)",
         "Ms-Conversation-ID: " + "AdF2z5o" * 500, "ms-keep-alive: UAC;hop-hop=yes",
         "Supported: ms-dialog-route-set-update", "Supported: timer", "Supported: histinfo",
         "ms-subnet: 10.0.0.0", "Accept-Language: en-US",
         'Proxy-Authorization: Kerberos qop="auth", realm="SIP Communications Service",'
         f' targetname="sip/x", response="{"0f" * 3000}"'),
    ),
    "gateway": Make(session=many_codecs()),
    "emergency": Make(
        ("Geolocation: <cid:place@phone>", "Geolocation-Routing: no", "Priority: emergency",
         "Content-Type: multipart/mixed;boundary=b1"),
        PLACE,
    ),
    "10 ms": Make(session=SOUND + "a=ptime:10\na=maxptime:10\n", packet_ms=10),
    "60 ms": Make(session=SOUND + "a=ptime:60\n", packet_ms=60),
}  # fmt: skip


@contextmanager
def desk_phone(server: Server, folder: Path, **how: str) -> Iterator[Baresip]:
    account = f";audio_codecs={how.get('codec', 'pcmu')}" + how.get("account", ";answermode=auto")
    config = says(folder, DESK_HZ)
    with Baresip(folder, server, DESK, "udp", account=account, config=config) as phone:
        phone.shows("registered successfully")
        yield phone


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
async def test_a_phone_of_another_make_talks(server: Server, tmp_path: Path, make: Make) -> None:
    folder, desk = tmp_path / DESK, Desk(server)
    path = f"/v1/extensions/{CALLER}"
    if desk.admin.get(path).json()["media_encryption"] != make.encryption:
        assert desk.admin.patch(path, {"media_encryption": make.encryption}).status == 200
        desk.settled()
    with Voice(OURS_HZ, packet_ms=make.packet_ms) as voice:
        later = make.later(make.session.format(port=voice.port))
        call = (
            calls(DESK, CALLER, *make.lines, port=voice.port, session=make.session)
            + is_answered(DESK, CALLER) + later + is_hung_up()
        )  # fmt: skip
        written = script(shortened(call) if make.short else call)
        async with AsyncExitStack() as stack:
            phone = await asyncio.to_thread(stack.enter_context, desk_phone(server, folder))
            there = await stack.enter_async_context(sipp(tmp_path, server, written))
            voice.talk(int(await there.took("SIP/2.0 200", r"m=audio ([1-9]\d*)")))
            await asyncio.gather(
                asyncio.to_thread(voice.hears, DESK_HZ),
                asyncio.to_thread(hears, folder, OURS_HZ),
            )
            phone.enters("/hangup")


@pytest.mark.parametrize(
    ("codec", "events"),
    [(PCMU, Format(96, Codec("telephone-event", 8000))),
     (PCMU, Format(127, Codec("telephone-event", 8000))),
     (OPUS, Format(96, Codec("telephone-event", 48_000)))],
    ids=["96", "127", "clock of Opus"],
)  # fmt: skip
async def test_keys_are_heard_by_whatever_number_and_clock(
    server: Server, tmp_path: Path, codec: Format, events: Format
) -> None:
    folder, name = tmp_path / DESK, f"{codec.codec.name}/{codec.codec.clock_rate}"
    channels = f"/{codec.codec.channels}" if codec.codec.channels > 1 else ""
    session = (
        f"{HEAD}m=audio {{port}} RTP/AVP {codec.payload_type} {events.payload_type}\n"
        f"a=rtpmap:{codec.payload_type} {name}{channels}\n"
        f"a=rtpmap:{events.payload_type} telephone-event/{events.codec.clock_rate}\n"
    )
    with desk_phone(server, folder) as phone, Voice(OURS_HZ, codec=codec) as voice:
        call = calls(DESK, CALLER, port=voice.port, session=session), is_answered(DESK, CALLER)
        async with sipp(tmp_path, server, script(*call, is_hung_up())) as there:
            voice.talk(int(await there.took("SIP/2.0 200", r"m=audio ([1-9]\d*)")))
            await asyncio.to_thread(hears, folder, OURS_HZ)
            voice.press("5", events)
            await asyncio.to_thread(phone.shows, "received event: '5'")
            await asyncio.to_thread(hears, folder, OURS_HZ)
            phone.enters("/hangup")


CLOSED = SOUND + "m=video 0 RTP/AVP 31\n"
ANSWERS = {
    "described before": answers("183 Session Progress", port="{p}") + answers("200 OK"),
    "a line too many": answers("200 OK", port="{p}", session=CLOSED),
    "signalling beside": answers(
        "200 OK", "Content-Type: multipart/mixed;boundary=b1", port="{p}",
        session=PLACE.replace("pidf+xml", "isup").replace("Content-ID: <place@phone>",
                                                          "Content-Disposition: signal"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_a_gateway_of_another_make_answers(
    server: Server, tmp_path: Path, answer: str
) -> None:
    folder = tmp_path / DESK
    async with registered(server, CALLER) as port:
        with desk_phone(server, folder, account="") as phone, Voice(OURS_HZ) as voice:
            there = script(
                takes("INVITE"), answer.replace("{p}", str(voice.port)), takes("ACK"), is_hung_up()
            )
            async with sipp(tmp_path, server, there, port=port) as gateway:
                phone.enters(f"/dial {CALLER}")
                voice.talk(int(await gateway.took("INVITE", r"m=audio ([1-9]\d*)")))
                await asyncio.to_thread(phone.shows, "Call established")
                await asyncio.gather(
                    asyncio.to_thread(voice.hears, DESK_HZ),
                    asyncio.to_thread(hears, folder, OURS_HZ),
                )
                phone.enters("/hangup")


async def test_a_long_invite_reaches_a_phone_that_listens_by_udp_alone(
    server: Server, tmp_path: Path
) -> None:
    """What is too long for a datagram goes by TCP (RFC 3261 §18.1.1), unless nobody is there."""
    async with registered(server, DESK) as port:
        there = script(takes("INVITE"), answers("200 OK", port="[media_port]"), takes("ACK"),
                       is_hung_up())  # fmt: skip
        bye = asks("BYE", DESK, CALLER, 3)
        call = calls(DESK, CALLER, session=many_codecs()) + is_answered(DESK, CALLER) + bye
        async with sipp(tmp_path, server, there, port=port), sipp(tmp_path, server, script(call)):
            pass


DEVICE = '+sip.instance="<urn:uuid:00000000-0000-0000-0000-001e7a254f2d>"'
REGISTRATIONS = {
    "Cisco": (
        f"Contact: <{{uri}};transport=udp>;{DEVICE}"
        ';+u.sip!devicename.ccm.cisco.com="SEP001E7A254F2D"',
        "Supported: (null),X-cisco-xsi-7.0.1", "Expires: 3600",
        'Reason: SIP;cause=200;text="cisco-alarm:25 Name=SEP001E7A254F2D Last=initialized"',
    ),
    "Snom": (
        "Contact: <{uri};line=abc123>;reg-id=1;q=1.0;audio;mobility=\"fixed\";duplex=\"full\";"
        'description="snom370";actor="principal";events="dialog";methods="INVITE,ACK,CANCEL,BYE"',
        "X-Real-IP: 192.0.2.2", "Supported: path, gruu", "Expires: 3600",
    ),
    "Yealink": (
        "Contact: <{uri};line=1>;reg-id=1", "Expires: 3600", "Mac: 80:5e:c0:00:00:00", "Line: 1",
        "Allow-Events: talk,hold,conference,refer,check-sync",
    ),
    "Grandstream": (
        f"Contact: <{{uri}}>;reg-id=1;{DEVICE}", "X-Grandstream-PBX: true", "Supported: path",
        "Expires: 60", "P-Access-Network-Info: IEEE-EUI-48;eui-48-addr=00-0B-82",
    ),
    "Linksys": (
        'Contact: "Bob, (home)" <{uri}>;expires=3600', "User-Agent: Linksys/SPA942-5.1.15(a)",
    ),
    "Microsoft": (
        f'Contact: <{{uri}};ms-opaque=d5f8>;methods="INVITE, MESSAGE";proxy=replace;{DEVICE}',
        "Supported: gruu-10, adhoclist, msrtc-event-categories", "Event: registration",
        "Expires: 300",
    ),
    "one that quotes and needs no brackets": ('Contact: {uri};expires="600"',),
}  # fmt: skip
WATCHED = {
    "dialog;include-session-description": 200, "dialog;sla;ma=1": 200,
    "presence": 200, "hold": 489, "talk": 489, "kpml": 489, "ua-profile;vendor=x": 489,
}  # fmt: skip


async def test_phones_of_other_makes_register_and_watch_as_they_do(server: Server) -> None:
    here = ("127.0.0.1", server.sip_port)
    async with Phone("1003", "Sip-1003!", here) as phone:
        for make, lines in REGISTRATIONS.items():
            fields = "".join(f"{each}\r\n" for each in lines).replace("{uri}", phone.contact)
            asked = "REGISTER", "sip:127.0.0.1", "1003", fields
            assert await phone.authorised(*asked) == 200, make
        everything = "Contact: *\r\nExpires: 0\r\n"
        assert await phone.authorised("REGISTER", "sip:127.0.0.1", "1003", everything) == 200
    async with Watcher("1003", "Sip-1003!", here) as phone:
        accept = "Accept: application/xpidf+xml, application/dialog-info+xml\r\n"
        for event, status in WATCHED.items():
            answer, _ = await phone.subscribe(event, DESK, more=accept)
            assert answer.status == status, event
