"""What is fuzzed: each takes any bytes, and whatever it raises is a fault.

Beyond "nothing but a refusal is raised" the targets check what must hold: what we write can be read
again and says the same, and how a stream is cut into reads changes nothing.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.simulator import Simulation
from pbxcore.sip import headers
from pbxcore.sip.agent.profile import Profile
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.checks import cut_body, examine
from pbxcore.sip.digest import Authenticator, parse_credentials
from pbxcore.sip.digest_client import read_challenges
from pbxcore.sip.forwarding import read_forwardings
from pbxcore.sip.framing import KEEP_ALIVE, StreamFraming, StreamLost
from pbxcore.sip.message import Message, Request, Response, build_request, build_response, parse
from pbxcore.sip.multipart import read_bodies
from pbxcore.sip.sdp.codecs import EVENTS, OPUS, PCMA
from pbxcore.sip.sdp.crypto import new_crypto
from pbxcore.sip.sdp.dtls import Dtls, Fingerprint, Setup
from pbxcore.sip.sdp.fax import Fax
from pbxcore.sip.sdp.ice import Ice
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.stream import AVP, DTLS_SAVPF, SAVP, Stream
from pbxcore.sip.sdp.writer import write
from pbxcore.sip.user_agent import UserAgent
from pbxcore.sip.via import parse_via

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _readers() -> Iterator[Callable[[Message], object]]:
    """Every typed reader of a header that needs the message alone."""
    for found in pkgutil.iter_modules(headers.__path__):
        module = importlib.import_module(f"{headers.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            wanted = list(inspect.signature(function).parameters.values())
            alone = len([each for each in wanted if each.default is each.empty]) == 1
            if name.startswith("read_") and alone and function.__module__ == module.__name__:
                yield function


READERS: Final = tuple(_readers())


def parser(data: bytes) -> None:
    """A message: its checks, each header, its bodies; what is built of its lines reads the same."""
    try:
        message = parse(data)
    except RemoteProtocolError:
        return
    for value in message.lines_of(b"via"):
        with suppress(RemoteProtocolError):
            parse_via(value)
    for reader in (*READERS, read_forwardings, read_bodies):
        with suppress(RemoteProtocolError):
            reader(message)
    if isinstance(message, Request):
        with suppress(RemoteProtocolError):
            cut_body(message)
            examine(message)
    _built_again(message)


def _built_again(message: Request | Response) -> None:
    lines = [each for each in message.lines if not each.lower().startswith((b"content-le", b"l"))]
    try:
        if isinstance(message, Request):
            data = build_request(message.method, message.uri, lines, message.body)
        else:
            reason = message.reason.decode("utf-8", "replace")
            data = build_response(message.status, reason, lines, message.body)
    except LocalProtocolError:
        return  # read with tolerance, not to be written
    again = parse(data)
    assert type(again) is type(message)
    assert again.body == message.body
    assert again.lines[: len(lines)] == lines


def framing(data: bytes) -> None:
    """A stream: the first byte says where it is cut; that makes no difference to its messages."""
    if not data:
        return
    size, stream = 1 + data[0], data[1:]
    whole, pieces = (
        _framed([stream]),
        _framed([stream[at : at + size] for at in range(0, len(stream), size)]),
    )
    assert pieces == whole


def _framed(pieces: list[bytes]) -> tuple[list[bytes], int]:
    framer, found = StreamFraming(), list[bytes]()
    for piece in pieces:
        try:
            found += framer.receive(piece)
        except StreamLost as lost:
            return _messages(found + lost.messages), lost.status
    return _messages(found), 0


def _messages(found: list[bytes]) -> list[bytes]:
    """Without keep-alives: blank lines before a message are as good as one."""
    return [each for each in found if each != KEEP_ALIVE]


STREAMS: Final = (
    Stream(
        port=4000,
        formats=(OPUS, PCMA, EVENTS),
        profiles=(AVP, SAVP, DTLS_SAVPF),
        cryptos=(new_crypto(1, "AES_CM_128_HMAC_SHA1_80", bytes),),
        dtls=Dtls((Fingerprint("sha-256", bytes(32)),), Setup.ACTPASS),
        ice=Ice("abcd", "b" * 22, lite=True),
        mux=True,
    ),
    Stream(port=4002, kind="image", profiles=("udptl",), fax=Fax()),
)


def sdp(data: bytes) -> None:
    """A description: written again it says the same; it is answered, and is an answer itself."""
    try:
        description = read(data)
    except RemoteProtocolError:
        return
    with suppress(LocalProtocolError):
        once = write(description)
        assert write(read(once)) == once
    with suppress(RemoteProtocolError):
        negotiation = Negotiation(1, "10.0.0.1", bundle=True)
        answer = read(write(negotiation.answer(description, STREAMS)))
        assert [each.kind for each in answer.media] == [each.kind for each in description.media]
        assert all(each.codecs or each.fax for each in negotiation.agreed)
        write(negotiation.offer(STREAMS))
    with suppress(RemoteProtocolError):
        negotiation = Negotiation(1, "10.0.0.1")
        negotiation.offer(STREAMS)
        negotiation.accept(description)


def digest(data: bytes) -> None:
    """Credentials that are judged, challenges that are read."""
    authenticator = Authenticator(bytes(32), bytes)
    with suppress(RemoteProtocolError):
        credentials = parse_credentials(data)
        if credentials is not None:
            authenticator.judge(credentials, method=b"INVITE", realm="x", secret=None, now=1.0)
    lines = [b"WWW-Authenticate: " + data.replace(b"\r", b"").replace(b"\n", b"")]
    list(read_challenges(Response(b"SIP/2.0", 401, b"", lines, b"")))


def stack(data: bytes) -> None:
    """A user agent: one datagram after another, each after a line of four dashes, then silence."""
    with Simulation() as simulation:
        bob = simulation.stack("bob", "10.0.0.2")
        chance = simulation.chance
        agent = UserAgent(
            bob.layer,
            UriRouter(bob, lambda most: chance.below(most + 1)),
            Profile(b"<sip:bob@10.0.0.2>"),
            chance.octets,
        )
        bob.layer.on_request = agent.receive
        for number, datagram in enumerate(data.split(b"\n----\n")[:8]):
            # Each comes from somebody else, who has also asked too oddly to be held to anything:
            # whatever the answers are, they must go back there.
            stranger = f"10.9.9.{number}", 5060
            simulation.inject(b"?", stranger, bob, after_s=number / 10)
            simulation.inject(datagram, stranger, bob, after_s=number / 10)
        simulation.run()
        simulation.check()
        assert not len(agent)


TARGETS: Final = {each.__name__: each for each in (parser, framing, sdp, digest, stack)}
