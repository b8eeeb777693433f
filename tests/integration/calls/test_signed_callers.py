"""STIR/SHAKEN at a running server: calls out are signed, calls in are verified."""

from __future__ import annotations

import asyncio
import secrets
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.net.user_agent import Refused
from pbxcore.sip.agent.incoming_call import IncomingCall
from pbxcore.stir.identity import read_identity
from tests.support.authority import Authority
from tests.support.provider import PROVIDER, provider
from tests.support.server import free_port
from tests.support.shaken import SigningService, Sti
from tests.support.sipp_script import answers, script, sipp, takes
from tests.support.tone import Voice
from tests.support.voice_phone import session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from tests.support.provider import Provider

__all__ = ["provider"]


@pytest.fixture
async def service(provider: Provider, tmp_path: Path) -> AsyncIterator[SigningService]:
    authority = Authority(tmp_path)
    async with SigningService(authority) as made:
        provider.set("sip_tls", trusted=authority.pem)
        yield made
    provider.set("sip_tls", trusted="")


def trunk(provider: Provider, **fields: object) -> None:
    assert provider.admin.patch(f"/v1/trunks/{provider.trunk}", fields).status == 200
    provider.pair.settled()


def token_of(came: AsyncCall) -> str:
    assert isinstance(came.call, IncomingCall)
    found = read_identity(came.call.request.get(b"identity") or b"")
    assert found is not None
    assert found.ppt == "shaken"
    return found.token


async def test_a_call_out_is_signed_by_a_service_that_is_named_with_its_port(
    provider: Provider, service: SigningService, tmp_path: Path
) -> None:
    """SIPp is the provider: it takes what is signed, and what could not be."""
    pair, port = provider.pair, free_port(udp=True)
    keys = {"service_url": service.url, "account": service.ACCOUNT, "secret": service.SECRET}
    provider.set("stir_shaken", **keys)
    trunk(provider, stir_sign=True, caller_id="4930100", keep_trunk_cid=True, port=port)
    route = provider.route(
        "outbound", name="City", patterns="_9X.", ways=[{"trunk": provider.trunk}]
    )
    busy = script(takes("INVITE"), answers("486 Busy Here"), takes("ACK"))
    with Voice(440) as ours:
        async with sipp(tmp_path, pair.server, busy, host=PROVIDER, port=port) as there:
            with pytest.raises(Refused):
                await pair.caller.invite(pair.uri("9123"), session(ours))
            claims = service.sti.reads(
                await there.took("INVITE", r"\nIdentity: ([^;]+);info=.*?;alg=ES256;ppt=shaken")
            )
        told = claims["attest"], claims["orig"]["tn"], claims["dest"]["tn"]
        assert told == ("A", "4930100", ["9123"])
        assert service.hosts == [f"localhost:{service.port}"]
        # A service that does not sign keeps nobody from calling.
        provider.set("stir_shaken", account="another")
        async with sipp(tmp_path, pair.server, busy, host=PROVIDER, port=port) as there:
            with pytest.raises(Refused):
                await pair.caller.invite(pair.uri("9123"), session(ours))
            assert "\nIdentity:" not in there.written()
    provider.set("stir_shaken", service_url="")
    provider.remove(route)


async def test_a_call_out_is_signed_with_a_key_of_our_own(
    provider: Provider, service: SigningService
) -> None:
    pair = provider.pair
    provider.set("stir_shaken", private_key=service.sti.key_pem, certificate_url=service.x5u)
    trunk(provider, stir_sign=True)
    route = provider.route(
        "outbound", name="Key", patterns="_9X.", ways=[{"trunk": provider.trunk}], caller_id="777"
    )
    with Voice(440) as ours:
        call = pair.caller.call(pair.uri("9123"), session(ours))
        came = await provider.agent.next_call()
        claims = service.sti.reads(token_of(came))
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
    assert (claims["attest"], claims["orig"]) == ("B", {"tn": "777"})
    provider.remove(route)


async def test_a_call_that_is_sent_on_keeps_its_signature_and_says_whence(
    provider: Provider, service: SigningService
) -> None:
    pair = provider.pair
    provider.set(
        "stir_shaken", private_key=service.sti.key_pem, certificate_url=service.x5u,
        trusted=service.sti.root,
    )  # fmt: skip
    trunk(provider, stir_sign=True, stir_verify="reject", keep_original_cid=True)
    paths = [
        provider.route(
            "outbound", name="Away", patterns="_9X.", ways=[{"trunk": provider.trunk, "strip": 1}]
        ),
        provider.route(
            "inbound", name="Main", trunks=[provider.trunk], dids="8001",
            destination={"kind": "external", "value": "94930777"},
        ),
    ]  # fmt: skip
    with Voice(440) as ours:
        original = service.identity("5551234", "8001")
        call = provider.agent.call(pair.uri("8001"), session(ours), original)
        came = await provider.agent.next_call()
        assert isinstance(came.call, IncomingCall)
        first, second = came.call.request.lines_of(b"identity")
        came.refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        assert b"Identity: " + first == original
        identity = read_identity(second)
        assert identity is not None
        assert identity.ppt == "div"
        claims = service.sti.reads(identity.token)
        told = claims["orig"]["tn"], claims["div"]["tn"], claims["dest"]["tn"]
        assert told == ("5551234", "8001", ["4930777"])
        # Of what was diverted to us somebody has to say who called.
        alone = service.diverted("5551234", "7000", "8001")
        with pytest.raises(Refused) as refused:
            await provider.agent.invite(pair.uri("8001"), session(ours), alone)
        assert refused.value.status == 438
    for each in paths:
        provider.remove(each)


async def test_a_call_in_is_let_in_marked_or_rejected_by_its_signature(
    provider: Provider, service: SigningService
) -> None:
    pair = provider.pair
    # The repository is at a host that the settings name: no other may be within our network.
    provider.set("stir_shaken", trusted=service.sti.root, certificate_url=service.x5u)
    route = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8001",
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    good, stale = service.identity("5551234", "8001"), service.identity("5551234", "8001", iat=1)
    with Voice(440) as ours:
        for action, line, mark in (
            ("reject", good, False), ("mark", good, False), ("mark", stale, True),
            ("allow", stale, False),
        ):  # fmt: skip
            trunk(provider, stir_verify=action)
            call = provider.agent.call(pair.uri("8001"), session(ours), line)
            came = await pair.callee.next_call()
            assert isinstance(came.call, IncomingCall)
            shown = came.call.request.get(b"from") or b""
            assert (b"(?)" in shown) is mark
            came.refuse(486)
            with pytest.raises(Refused):
                await call.answered()
        assert service.fetched == 1
        trunk(provider, stir_verify="reject")
        for lines, status in ((stale,), 403), ((), 428):
            with pytest.raises(Refused) as refused:
                await provider.agent.invite(pair.uri("8001"), session(ours), *lines)
            assert refused.value.status == status
    provider.remove(route)


def invited(server: tuple[str, int], lines: tuple[bytes, ...]) -> str:
    """What a provider's plain INVITE with these lines is answered, after the 100."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((PROVIDER, 0))
        wire.settimeout(20)
        port, id_ = wire.getsockname()[1], secrets.token_hex(8)

        def say(method: str, to: str, *lines: bytes) -> None:
            head = [
                f"{method} sip:8001@{server[0]} SIP/2.0",
                f"Via: SIP/2.0/UDP {PROVIDER}:{port};branch=z9hG4bK{id_}",
                "Max-Forwards: 70",
                f"From: <sip:5551234@{PROVIDER}>;tag={id_}",
                to,
                f"Call-ID: {id_}",
                f"CSeq: 1 {method}",
                f"Contact: <sip:5551234@{PROVIDER}:{port}>",
            ]
            data = b"\r\n".join([*(each.encode() for each in head), *lines])
            wire.sendto(data + b"\r\nContent-Length: 0\r\n\r\n", server)

        say("INVITE", f"To: <sip:8001@{server[0]}>", *lines)
        while True:
            answer = wire.recv(65_535).decode()
            status, *told = answer.split("\r\n")
            if status.startswith("SIP/2.0 1"):
                continue
            say("ACK", next(each for each in told if each.startswith("To:")))
            return status.removeprefix("SIP/2.0 ")


async def test_each_way_to_be_wrong_has_its_status(
    provider: Provider, service: SigningService
) -> None:
    pair, url, shaken = provider.pair, service.url, service.identity("5551234", "8001")
    there = ("127.0.0.1", pair.server.sip_port)
    provider.set("stir_shaken", trusted=service.sti.root, certificate_url=service.x5u)
    trunk(provider, stir_verify="reject")
    route = provider.route(
        "inbound", name="Main", trunks=[provider.trunk], dids="8001",
        destination={"kind": "extension", "value": "1001"},
    )  # fmt: skip
    expired = Sti(until=datetime.now(UTC) - timedelta(hours=1))
    for at, certificate in (
        ("expired", expired.certificate),
        ("stranger", Sti().certificate),
        ("web", service.sti.issues(for_calls=False)),
        ("noise", "no certificate"),
    ):
        service.certificates[f"/{at}.pem"] = certificate

    def from_(path: str, **more: Any) -> bytes:
        return service.identity("5551234", "8001", at=f"{url}/{path}.pem", **more)

    token, semicolon, parameters = shaken.partition(b";")
    signature = token.rpartition(b".")[2]
    forged = signature[:10] + (b"B" if signature[10:11] == b"A" else b"A") + signature[11:]
    for lines, status in (
        ((), "428 Use Identity Header"),
        ((service.other("rph", rph={"auth": ["ets.0"]}),), "428 Use Identity Header"),
        ((service.identity("5551234", "8001", iat=1),), "403 Stale Date"),
        ((from_("missing"),), "436 Bad Identity Info"),
        (
            (service.identity("5551234", "8001", at="https://localhost:9/x"),),
            "436 Bad Identity Info",
        ),
        ((service.identity("5551234", "8001", at="http://x.test/x"),), "436 Bad Identity Info"),
        ((shaken.replace(b"info=<https", b"info=<HTTPS"),), "436 Bad Identity Info"),
        ((from_("expired"),), "437 Unsupported Credential"),
        ((from_("stranger"),), "437 Unsupported Credential"),
        ((from_("web"),), "437 Unsupported Credential"),
        ((from_("noise"),), "437 Unsupported Credential"),
        (
            (token.replace(signature, forged) + semicolon + parameters,),
            "438 Invalid Identity Header",
        ),
        ((b"Identity: a.b.c;info=<https://x.test>;ppt=shaken",), "438 Invalid Identity Header"),
        ((b"Identity: noise",), "438 Invalid Identity Header"),
        ((service.identity("5559999", "8001"),), "438 Invalid Identity Header"),
        ((service.identity("5551234", "8002"),), "438 Invalid Identity Header"),
        (
            (service.nested("5551234", "7000", "8001", inside="5559999"),),
            "438 Invalid Identity Header",
        ),
    ):
        answered = await asyncio.to_thread(invited, there, lines)
        assert (lines, answered) == (lines, status)
    for line in shaken, service.nested("5551234", "7000", "8001"):
        calling = asyncio.create_task(asyncio.to_thread(invited, there, (line,)))
        came = await pair.callee.next_call()
        came.refuse(603)
        assert await calling == "603 Decline"
    provider.remove(route)
