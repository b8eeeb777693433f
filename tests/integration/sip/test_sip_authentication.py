"""Who a request is from: algorithms that are offered, peers by address, peers by password."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.commands import PutSnapshot
from pbxcore.directory import Extension, Snapshot, Trunk
from pbxcore.domain_settings import DomainSettings
from pbxcore.sip.digest_client import Account, DigestClient
from pbxcore.sip.message import Response, build_request, parse

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House, Peer

SECRET = "secret"  # noqa: S105
SETTINGS = DomainSettings(domains=("pbx.test",))
PEOPLE = (
    Extension("1000", "Ana", "Sip-1000!"),
    Extension("1001", "Ben", "Sip-1001!", digest_algorithms=("SHA-512-256",)),
)
PEER = Trunk("t1", "Peer", "127.0.0.1", networks=("127.0.0.0/8",))
_numbers = count(1)


async def arrange(house: House, *trunks: Trunk, **settings: object) -> None:
    changed = msgspec.structs.replace(SETTINGS, **settings)
    await house.pbx.handle(PutSnapshot(Snapshot(5, changed, PEOPLE, trunks)))


async def asked(
    peer: Peer,
    method: str,
    sender: str,
    to: str,
    more: tuple[bytes, ...] = (),
    body: bytes = b"",
    uri: bytes = b"",
) -> Response:
    """The final answer to one request, which may go to another `uri` than that of `to`."""
    number = next(_numbers)
    lines = [
        b"Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKa%d;rport" % (peer.port, number),
        b"Max-Forwards: 70",
        b"From: <sip:%b>;tag=f" % sender.encode(),
        b"To: <sip:%b>" % to.encode(),
        b"Call-ID: authentication",
        b"CSeq: %d %b" % (number, method.encode()),
        *more,
    ]
    if body:
        lines.append(b"Content-Type: text/plain")
    uri = uri or (b"sip:pbx.test" if method == "REGISTER" else b"sip:" + to.encode())
    peer.send(build_request(method.encode(), uri, lines, body))
    while True:
        answer = parse(await peer.next())
        if isinstance(answer, Response) and answer.status >= 200:
            return answer


async def signed(
    peer: Peer,
    method: str,
    sender: str,
    to: str,
    account: Account,
    body: bytes = b"",
    uri: bytes = b"",
) -> Response:
    """The final answer to one request that answers its challenge; `uri` is what is signed."""
    client = DigestClient(lambda realm: account, lambda: b"c%d" % next(_numbers))
    uri = uri or (b"sip:pbx.test" if method == "REGISTER" else b"sip:" + to.encode())
    attempt = client.attempt(method.encode(), uri, body)
    answer = await asked(peer, method, sender, to, body=body)
    while answer.status in (401, 407) and (lines := attempt.answer(answer)) is not None:
        answer = await asked(peer, method, sender, to, tuple(lines), body)
    return answer


def offered(answer: Response) -> list[bytes]:
    lines = answer.lines_of(b"www-authenticate")
    return [each.partition(b"algorithm=")[2].partition(b",")[0] for each in lines]


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        (b"sip:1001@127.0.0.1:5060;transport=udp", 202),
        (b"sip:%31001@PBX.TEST", 202),
        (b"sip:pbx.test", 202),  # as SIPp writes it
        (b"/", 202),
        (b"sip:1002@pbx.test", 400),
        (b"sip:00900123@pbx.test", 400),
    ],
)
async def test_what_is_signed_for_somebody_else_is_refused(
    house: House, peer: Peer, uri: bytes, status: int
) -> None:
    await arrange(house)
    ana = Account("1000", PEOPLE[0].secret)
    answer = await signed(peer, "MESSAGE", "1000@pbx.test", "1001@pbx.test", ana, b"hi", uri)
    assert answer.status == status
    again = await signed(peer, "MESSAGE", "1000@pbx.test", "1001@pbx.test", ana, b"hi")
    assert again.status == 202  # nobody is banned for it


async def test_a_proxy_of_ours_may_send_elsewhere_what_was_signed(house: House, peer: Peer) -> None:
    await arrange(house, trusted_proxies=("127.0.0.1",))
    ana, elsewhere = Account("1000", PEOPLE[0].secret), b"sip:reception@pbx.test"
    answer = await signed(peer, "MESSAGE", "1000@pbx.test", "1001@pbx.test", ana, b"hi", elsewhere)
    assert answer.status == 202


@pytest.mark.parametrize(("proxies", "status"), [(("127.0.0.1",), 200), ((), 403)])
async def test_a_proxy_of_ours_may_pass_on_in_clear_what_came_by_sips(
    house: House, peer: Peer, proxies: tuple[str, ...], status: int
) -> None:
    await arrange(house, trusted_proxies=proxies)
    answer = await asked(peer, "OPTIONS", "1000@pbx.test", "pbx.test", uri=b"sips:pbx.test")
    assert answer.status == status


async def test_algorithms_are_those_of_the_settings_or_of_the_extension(
    house: House, peer: Peer
) -> None:
    await arrange(house)
    for user, algorithms in (
        ("1000@pbx.test", [b"MD5", b"SHA-256"]),
        ("1001@pbx.test", [b"SHA-512-256"]),
        ("9999@pbx.test", [b"MD5", b"SHA-256"]),
    ):
        assert offered(await asked(peer, "REGISTER", user, user)) == algorithms
    await arrange(house, digest_algorithms=("SHA-256",), digest_integrity=True)
    answer = await asked(peer, "REGISTER", "1000@pbx.test", "1000@pbx.test")
    assert offered(answer) == [b"SHA-256"]
    assert b'qop="auth,auth-int"' in (answer.get(b"www-authenticate") or b"")


async def test_old_phone_gets_md5_alone_unless_it_is_not_wanted(house: House, peer: Peer) -> None:
    await arrange(house)
    user, old = "1000@pbx.test", (b"User-Agent: baresip v1.0.0",)
    assert offered(await asked(peer, "REGISTER", user, user, old)) == [b"MD5"]
    await arrange(house, digest_algorithms=("SHA-256",))
    assert offered(await asked(peer, "REGISTER", user, user, old)) == [b"SHA-256"]


@pytest.mark.parametrize("number", ["1000", "1001"])
async def test_extension_signs_in_with_what_is_offered(
    house: House, peer: Peer, number: str
) -> None:
    await arrange(house)
    user = f"{number}@pbx.test"
    assert (
        await signed(peer, "REGISTER", user, user, Account(number, f"Sip-{number}!"))
    ).status == 200
    assert (await signed(peer, "REGISTER", user, user, Account(number, "wrong"))).status == 401


async def test_weaker_algorithm_than_offered_is_refused(house: House, peer: Peer) -> None:
    await arrange(house)
    user = "1001@pbx.test"
    challenge = await asked(peer, "REGISTER", user, user)
    weaker = [each.replace(b"SHA-512-256", b"MD5") for each in challenge.lines]
    client = DigestClient(lambda realm: Account("1001", "Sip-1001!"), lambda: b"c")
    attempt = client.attempt(b"REGISTER", b"sip:pbx.test")
    lines = attempt.answer(Response(401, b"", b"SIP/2.0", weaker, b""))
    assert lines is not None
    assert (await asked(peer, "REGISTER", user, user, tuple(lines))).status == 401


async def test_peer_trunk_speaks_for_its_own_users_only(house: House, peer: Peer) -> None:
    await arrange(house, PEER)
    message = "MESSAGE", "someone@elsewhere.test", "1000@pbx.test"
    assert (await asked(peer, *message, body=b"hi")).status == 202
    own = "MESSAGE", "1001@pbx.test", "1000@pbx.test"
    assert (await asked(peer, *own, body=b"hi")).status == 401
    await arrange(house, msgspec.structs.replace(PEER, enabled=False))
    assert (await asked(peer, *message, body=b"hi")).status == 401
    assert [each.sender for each in house.arrived] == ["someone"]


@pytest.mark.parametrize("networks", [("127.0.0.0/8",), ()])
async def test_trunk_that_is_challenged_needs_its_password(
    house: House, peer: Peer, networks: tuple[str, ...]
) -> None:
    await arrange(
        house,
        Trunk(
            "t1", "Peer", "peer.test", username="peer", password=SECRET, networks=networks,
            challenged=True,
        ),
    )  # fmt: skip
    message = "MESSAGE", "someone@elsewhere.test", "1000@pbx.test"
    assert (await asked(peer, *message, body=b"hi")).status == 401
    assert (await signed(peer, *message, Account("peer", "wrong"), b"hi")).status == 401
    assert (await signed(peer, *message, Account("other", SECRET), b"hi")).status == 401
    assert (await signed(peer, *message, Account("peer", SECRET), b"hi")).status == 202
    written_anew = await signed(
        peer, *message, Account("peer", SECRET), b"hi", b"sip:4930100@peer.test"
    )
    assert written_anew.status == 202  # by a border controller, after it was signed
    own = "MESSAGE", "1001@pbx.test", "1000@pbx.test"  # by its own password
    assert (await signed(peer, *own, Account("1001", "Sip-1001!"), b"hi")).status == 202


async def test_trunk_is_trusted_from_its_addresses_only(house: House, peer: Peer) -> None:
    await arrange(house, Trunk("t1", "Peer", "192.0.2.1", networks=("192.0.2.0/24",)))
    message = "MESSAGE", "someone@elsewhere.test", "1000@pbx.test"
    assert (await asked(peer, *message, body=b"hi")).status == 401
