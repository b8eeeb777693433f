"""SIPp as whoever is at the other end: a test writes down what it says and what has to come.

party = script(*calls("*77", "1001"), takes(200), ...)
async with sipp(folder, server, party):
    ...  # meanwhile; it has to have gone as written at the end
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from tests.support.baresip import DYING_WITH_US
from tests.support.server import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.server import Server

_names = count()
_SESSION: Final = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio {port} RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""
_DESCRIBED: Final = "Content-Type: application/sdp"
_PORT: Final = "[media_port]"
STREAM: Final = "[rtpstream_audio_port]"
_ANSWER: Final = """SIP/2.0 {status}
Via:[$via]
[last_From:]
To:[$to];tag=[pid]t[call_number]
[last_Call-ID:]
CSeq:[$cseq]
Contact: <sip:sipp@[local_ip]:[local_port]>
{lines}Content-Length: [len]

{body}"""
_REPLY: Final = """SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
{lines}Content-Length: [len]

{body}"""
_REQUEST: Final = """{method} {uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:{user}@[local_ip]>;tag=[pid]f[call_number]
To: <sip:{number}@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: {cseq} {method}
{lines}Content-Length: [len]

{body}"""


def script(*steps: str) -> str:
    """A scenario of these steps."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
        f'<scenario name="a party">{"".join(steps)}</scenario>\n'
    )


def takes(what: str | int, *, maybe: bool = False, **having: str) -> str:
    """A request or a status comes, `maybe`; each header `having` holds what this pattern says.

    An underscore in a header's name stands for a hyphen.
    """
    kind = "request" if isinstance(what, str) else "response"
    attributes = f'{kind}="{what}"' + (' optional="true"' if maybe else "")
    names = {f"checked{next(_names)}": each for each in having.items()}
    found = [
        f'<ereg regexp={quoteattr(pattern)} search_in="hdr" '
        f'header="{header.replace("_", "-")}:" check_it="true" assign_to="{name}"/>'
        for name, (header, pattern) in names.items()
    ]
    if what == "INVITE":
        found += [_kept(each, each.lower()) for each in ("Via", "To", "CSeq")]
    actions = f"<action>{''.join(found)}</action>" if found else ""
    used = f'<Reference variables="{",".join(names)}"/>' if names else ""
    return f'<recv {attributes} rrs="true">{actions}</recv>{used}'


def _kept(header: str, name: str) -> str:
    return f'<ereg regexp=".*" search_in="hdr" header="{header}:" assign_to="{name}"/>'


def answers(status: str, *lines: str, port: int | str = "", session: str = _SESSION) -> str:
    """It answers the INVITE; with a port, or `media`, a session is described: see `calls`."""
    again = status[0] != "1"
    return _sends(_ANSWER, lines, port, status=status, again=again, session=session)


def rings_reliably(status: str, number: int, port: int | str = "") -> str:
    """It answers so provisionally, and has that acknowledged (RFC 3262)."""
    lines = "Require: 100rel", f"RSeq: {number}"
    acknowledged = takes("PRACK", RAck=f"{number} [0-9]+ INVITE") + confirms()
    return answers(status, *lines, port=port) + acknowledged


def is_answered(number: str, user: str, cseq: int = 2) -> str:
    """Its call is answered, at once or after ringing."""
    early = "".join(takes(each, maybe=True) for each in (180, 181, 183))
    return early + takes(200) + acknowledges(number, user, cseq)


def is_refused(number: str, user: str, status: int, *, cseq: int = 2, **having: str) -> str:
    """Its call is refused, at once or after ringing; see `takes`."""
    early = "".join(takes(each, maybe=True) for each in (180, 181, 183))
    return early + takes(status, **having) + declines(number, user, cseq)


def is_taken_back() -> str:
    """The other side gives up before it was answered."""
    return takes("CANCEL") + confirms() + answers("487 Request Terminated") + takes("ACK")


def replies(status: str, *lines: str, body: str = "") -> str:
    """It answers what came last, which is no INVITE that begins a call."""
    return _sends(_REPLY, lines, "", again=False, said=body, status=status)


def confirms() -> str:
    """It answers 200 to what came last."""
    return replies("200 OK")


def agrees(session: str) -> str:
    """Its call gets another session, which it answers with this one."""
    contact = "Contact: <sip:sipp@[local_ip]:[local_port]>"
    answer = replies("200 OK", contact, _DESCRIBED, body=session)
    return takes("INVITE") + answer + takes("ACK")


def is_hung_up() -> str:
    """The other side ends the call."""
    return takes("BYE") + confirms()


def streams() -> str:
    """It plays the `tone.ulaw` of its folder from now on; its session has the port `STREAM`."""
    return '<nop><action><exec rtp_stream="tone.ulaw,-1,0"/></action></nop>'


def calls(
    number: str,
    user: str,
    *lines: str,
    port: int | str = _PORT,
    known: bool = True,
    session: str = _SESSION,
) -> str:
    """It calls a number; as an extension, by its password, or, not `known`, as somebody outside.

    `session` is what it offers, with `{port}` where its port is to stand; nothing: no offer.
    """
    here = f"sip:{number}@[remote_ip]:[remote_port]"
    contact = f"Contact: <sip:{user}@[local_ip]:[local_port]>"
    about = {"uri": here, "user": user, "number": number}

    def invite(cseq: int, *more: str) -> str:
        given = (contact, *more, *lines)
        wanted = {"session": session, "method": "INVITE", "tag": "", "cseq": cseq, **about}
        return _sends(_REQUEST, given, port if session else "", **wanted)

    if not known:
        return invite(1) + takes(100, maybe=True)
    credentials = f"[authentication username={user} password=Sip-{user}!]"
    challenged = '<recv response="401" auth="true"/>' + declines(number, user, 1)
    asked = invite(1) + takes(100, maybe=True) + challenged + invite(2, credentials)
    return asked + takes(100, maybe=True)


def watches(number: str, user: str, *lines: str) -> str:
    """It subscribes to what happens at a number, by its password."""
    here = f"sip:{number}@[remote_ip]:[remote_port]"
    about = {"method": "SUBSCRIBE", "uri": here, "user": user, "number": number, "tag": ""}
    usual = (f"Contact: <sip:{user}@[local_ip]:[local_port]>", "Expires: 600", *lines)
    credentials = f"[authentication username={user} password=Sip-{user}!]"
    asked = _sends(_REQUEST, usual, "", cseq=1, **about) + '<recv response="401" auth="true"/>'
    return asked + _sends(_REQUEST, (*usual, credentials), "", cseq=2, **about) + takes(200)


def changes(number: str, user: str, cseq: int, session: str, *lines: str, answer: str = "") -> str:
    """It wants another session in its call: this one or, none, what is offered then."""
    contact = f"Contact: <sip:{user}@[local_ip]:[local_port]>"
    described = (_DESCRIBED,) if session else ()
    asked = _request(
        "INVITE", number, user, cseq, lines=(contact, *lines, *described), body=session
    )
    early = takes(100, maybe=True)
    described = (_DESCRIBED,) if answer else ()
    accepted = _request("ACK", number, user, cseq, lines=described, body=answer)
    return asked + early + takes(200) + accepted


def pauses(seconds: float) -> str:
    """Nothing is said for a while."""
    return f'<pause milliseconds="{round(1000 * seconds)}"/>'


def acknowledges(number: str, user: str, cseq: int = 2) -> str:
    """It acknowledges what has answered its INVITE."""
    return _request("ACK", number, user, cseq)


def declines(number: str, user: str, cseq: int = 2) -> str:
    """It acknowledges what has refused its INVITE."""
    sent = _request("ACK", number, user, cseq, f"sip:{number}@[remote_ip]:[remote_port]")
    return re.sub("^Via:.*$", "[last_Via:]", sent, flags=re.MULTILINE)


def presses(keys: str, number: str, user: str, cseq: int = 3) -> str:
    """It presses keys by INFO, the first of these numbered so."""
    kind = "Content-Type: application/dtmf-relay"
    return "".join(
        asks("INFO", number, user, cseq + at, kind, body=f"Signal={key}\nDuration=160\n")
        for at, key in enumerate(keys)
    )


def asks(method: str, number: str, user: str, cseq: int, *lines: str, body: str = "") -> str:
    """It asks for something in its call."""
    return _request(method, number, user, cseq, lines=lines, body=body) + takes(200)


def _request(
    method: str,
    number: str,
    user: str,
    cseq: int,
    uri: str = "[next_url]",
    *,
    lines: tuple[str, ...] = (),
    body: str = "",
) -> str:
    about = {"method": method, "uri": uri, "user": user, "number": number, "cseq": cseq}
    again = method != "ACK"
    return _sends(_REQUEST, lines, "", again=again, tag="[peer_tag_param]", said=body, **about)


def _sends(
    form: str,
    lines: tuple[str, ...],
    port: int | str,
    *,
    again: bool = True,
    said: str = "",
    session: str = _SESSION,
    **fields: object,
) -> str:
    if port:
        kind = () if any("multipart/" in each for each in lines) else (_DESCRIBED,)
        lines, said = (*lines, *kind), session.format(port=port)
    written = "".join(f"{each}\n" for each in lines)
    return _sent(form.format(lines=written, body=said, **fields), again=again)


def _sent(message: str, *, again: bool = False) -> str:
    retransmitted = ' retrans="500"' if again else ""
    return f"<send{retransmitted}><![CDATA[\n{message}\n]]></send>"


class Party:
    """A running SIPp, by the messages that it writes down."""

    def __init__(self, messages: Path) -> None:
        self._messages = messages

    def written(self) -> str:
        """All of its messages so far, with who sent them."""
        return self._messages.read_text() if self._messages.exists() else ""

    async def took(self, begin: str, found: str) -> str:
        """What stands for the first group of `found` in a message that came and begins so."""
        wanted = re.compile(
            rf"message received [^\n]*\n\n{begin}(?:(?!\n-----).)*?{found}", re.DOTALL
        )

        def came() -> bool:
            return wanted.search(self.written()) is not None

        await asyncio.to_thread(wait_until, came, 10, f"{begin} with {found}")
        return wanted.search(self.written())[1]  # type: ignore[index]


@asynccontextmanager
async def sipp(
    folder: Path, server: Server, scenario: str, *arguments: str, host: str = "127.0.0.1",
    port: int = 0, times: int = 1,
) -> AsyncIterator[Party]:  # fmt: skip
    """A SIPp that plays a scenario so many times, one after the other; it has to end well."""
    name = f"party{next(_names)}"
    (folder / f"{name}.xml").write_text(scenario)
    party = Party(folder / f"{name}.log")
    process = await asyncio.create_subprocess_exec(
        *(*DYING_WITH_US, "sipp", "-sf", f"{name}.xml", "-nostdin", "-i", host, "-mi", host),
        *("-p", str(port or free_port(udp=True)), "-mp", str(free_port(udp=True, following=3))),
        *("-m", str(times), "-l", "1", "-timeout", "60", "-timeout_error"),
        *("-trace_msg", "-message_file", f"{name}.log", *arguments),
        f"127.0.0.1:{server.sip_port}",
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield party
        assert await process.wait() == 0, party.written()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
