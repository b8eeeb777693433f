"""Name servers asked over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pbxcore.net.dns import Resolver
from pbxcore.sip.resolution import (
    Destination,
    Kind,
    Naptr,
    Question,
    Resolution,
    Server,
    Servers,
    Srv,
)
from tests.support.name_server import NameServer, name_server

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pytest

    from pbxcore.sip.resolution import Record

ZONE = {
    ("NAPTR", "provider.test."): ['10 20 "S" "SIP+D2T" "" _sip._tcp.provider.test.'],
    ("SRV", "_sip._tcp.provider.test."): [
        "10 0 5070 b.provider.test.",
        "0 5 5060 a.provider.test.",
    ],
    ("A", "a.provider.test."): ["192.0.2.1"],
    ("A", "b.provider.test."): ["192.0.2.2"],
    ("AAAA", "b.provider.test."): ["2001:db8::2"],
    ("CNAME", "www.provider.test."): ["a.provider.test."],
}
A = Question(Kind.A, "a.provider.test")


def of(server: NameServer, hosts: Path) -> Resolver:
    return Resolver(lambda: (f"127.0.0.1:{server.port}",), hosts)


async def test_walk_finds_every_server(tmp_path: Path) -> None:
    async with name_server(ZONE) as server:
        resolver = of(server, tmp_path / "hosts")
        servers = Servers(Resolution(Destination("provider.test"), lambda most: 0), resolver)
        found: list[Server | None] = []
        while not found or found[-1] is not None:
            told: asyncio.Future[Server | None] = asyncio.get_running_loop().create_future()
            servers.next(told.set_result)
            found.append(await told)
    assert found == [
        Server("tcp", "192.0.2.1", 5060, "provider.test"),
        Server("tcp", "192.0.2.2", 5070, "provider.test"),
        Server("tcp", "2001:db8::2", 5070, "provider.test"),
        None,
    ]


async def test_records_of_every_kind_are_read(tmp_path: Path) -> None:
    async with name_server(ZONE) as server:
        resolver = of(server, tmp_path / "hosts")
        assert await resolver.ask(Question(Kind.NAPTR, "provider.test")) == (
            Naptr(10, 20, "S", "SIP+D2T", "_sip._tcp.provider.test"),
        )
        assert set(await resolver.ask(Question(Kind.SRV, "_sip._tcp.provider.test"))) == {
            Srv(10, 0, 5070, "b.provider.test"),
            Srv(0, 5, 5060, "a.provider.test"),
        }
        assert await resolver.ask(Question(Kind.AAAA, "b.provider.test")) == ("2001:db8::2",)


async def test_answers_are_remembered_present_ones_and_missing_ones(tmp_path: Path) -> None:
    async with name_server(ZONE) as server:
        resolver = of(server, tmp_path / "hosts")
        missing, gone = Question(Kind.SRV, "a.provider.test"), Question(Kind.A, "gone.test")
        for _ in range(3):
            assert await resolver.ask(A) == ("192.0.2.1",)
            assert await resolver.ask(missing) == await resolver.ask(gone) == ()
        assert set(server.asked.values()) == {1}


async def test_same_question_at_once_is_asked_once(tmp_path: Path) -> None:
    async with name_server(ZONE, ttl_s=0) as server:
        resolver = of(server, tmp_path / "hosts")
        await asyncio.gather(*(resolver.ask(A) for _ in range(50)))
        assert server.asked["A", "a.provider.test."] == 1


async def test_answer_without_life_is_asked_for_again(tmp_path: Path) -> None:
    async with name_server(ZONE, ttl_s=0) as server:
        resolver = of(server, tmp_path / "hosts")
        await resolver.ask(A)
        server.zone = {**ZONE, ("A", "a.provider.test."): ["192.0.2.77"]}
        assert await resolver.ask(A) == ("192.0.2.77",)


async def test_silence_is_no_answer_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbxcore.net.dns.PATIENCE_S", 0.2)
    async with name_server(ZONE) as server:
        server.silent = True
        resolver = of(server, tmp_path / "hosts")
        answers: asyncio.Future[Sequence[Collection[Record]]] = (
            asyncio.get_running_loop().create_future()
        )
        resolver.look_up((A, Question(Kind.AAAA, "a.provider.test")), answers.set_result)
        assert [list(each) for each in await answers] == [[], []]
        assert [list(each) for each in await _at_once(resolver)] == [[]]
        resolver.close()


async def _at_once(resolver: Resolver) -> Sequence[Collection[Record]]:
    told: list[Sequence[Collection[Record]]] = []
    resolver.look_up((A,), told.append)
    return told[0]


async def test_hosts_of_this_machine_come_first_and_may_change(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.9 A.provider.test box # ours\n::9 box\n\nodd\n")
    async with name_server(ZONE) as server:
        resolver = of(server, hosts)
        assert await resolver.ask(A) == ("127.0.0.9",)
        assert await resolver.ask(Question(Kind.AAAA, "box")) == ("::9",)
        hosts.unlink()
        assert await resolver.ask(A) == ("192.0.2.1",)


async def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbxcore.net.dns.MOST_REMEMBERED", 8)
    names = [Question(Kind.A, f"n{each}.test") for each in range(10)]
    async with name_server({("A", "x.test."): ["192.0.2.1"]}) as server:
        resolver = of(server, tmp_path / "hosts")
        for each in (*names, names[0], names[-1]):
            await resolver.ask(each)
        assert server.asked["A", "n0.test."] == 2
        assert server.asked["A", "n9.test."] == 1


async def test_names_that_cannot_be_asked_for_have_no_records(tmp_path: Path) -> None:
    async with name_server(ZONE) as server:
        resolver = of(server, tmp_path / "hosts")
        for name in ("a" * 70 + ".test", "..", "x" * 300):
            assert await resolver.ask(Question(Kind.A, name)) == ()
