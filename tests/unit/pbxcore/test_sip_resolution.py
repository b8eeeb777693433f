"""Finding servers: the walk of RFC 3263."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.sip.resolution import (
    MOST_SERVERS,
    Ask,
    Destination,
    Kind,
    Naptr,
    Question,
    Record,
    Resolution,
    Server,
    Srv,
    in_turn,
    moves_on,
)
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Zone = dict[tuple[str, str], Sequence[Record]]


def destination(uri: bytes) -> Destination:
    parsed = parse_uri(uri)
    assert isinstance(parsed, SipUri)
    return Destination.of(parsed)


def walked(
    uri: bytes,
    zone: Zone,
    *,
    transports: Sequence[str] = ("udp", "tcp", "tls"),
    families: Sequence[Kind] = (Kind.A, Kind.AAAA),
    avoid: Callable[[Server], bool] = lambda server: False,
) -> tuple[list[tuple[str, str, int]], list[str]]:
    """All servers in turn, and all questions, as `SRV _sip._udp.example.org`."""
    walk = Resolution(
        destination(uri), lambda most: 0, transports=transports, families=families, avoid=avoid
    )
    servers, questions = [], []
    while (step := walk.next()) is not None:
        if isinstance(step, Ask):
            assert walk.next() == step
            questions += [f"{each.kind.value} {each.name}" for each in step.questions]
            walk.answer([zone.get((each.kind.value, each.name), ()) for each in step.questions])
        else:
            servers.append((step.transport, step.host, step.port))
    assert walk.next() is None
    return servers, questions


EXAMPLE: Zone = {
    # RFC 3263 §4.1: TLS over TCP before TCP before UDP
    ("NAPTR", "example.com"): [
        Naptr(100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
        Naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"),
        Naptr(90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"),
        Naptr(10, 50, "s", "SIP+D2S", "_sip._sctp.example.com"),
        Naptr(20, 50, "u", "SIP+D2T", ""),
    ],
    ("SRV", "_sip._tcp.example.com"): [
        Srv(1, 1, 5060, "server2.example.com"),
        Srv(0, 1, 5070, "server1.example.com"),
    ],
    ("SRV", "_sip._udp.example.com"): [Srv(0, 1, 5080, "server1.example.com")],
    ("A", "server1.example.com"): ["192.0.2.1"],
    ("A", "server2.example.com"): ["192.0.2.2", "192.0.2.3"],
    ("AAAA", "server2.example.com"): ["2001:db8::2"],
    ("A", "example.com"): ["192.0.2.9"],
}


def test_example_of_rfc_3263() -> None:
    servers, questions = walked(b"sip:user@example.com", EXAMPLE)
    assert servers == [
        ("tcp", "192.0.2.1", 5070),
        ("tcp", "192.0.2.2", 5060),
        ("tcp", "192.0.2.3", 5060),
        ("tcp", "2001:db8::2", 5060),
        ("udp", "192.0.2.1", 5080),
    ]
    assert questions[:4] == [
        "NAPTR example.com",
        "SRV _sips._tcp.example.com",
        "SRV _sip._tcp.example.com",
        "A server1.example.com",
    ]


def test_names_are_looked_up_only_when_they_are_needed() -> None:
    walk = Resolution(destination(b"sip:example.com;transport=tcp"), lambda most: 0)
    asked: list[Question] = []
    while isinstance(step := walk.next(), Ask):
        asked += step.questions
        walk.answer([EXAMPLE.get((each.kind.value, each.name), ()) for each in step.questions])
    assert isinstance(step, Server)
    assert {each.name for each in asked} == {"_sip._tcp.example.com", "server1.example.com"}
    assert step.name == "example.com"  # and not that of the SRV record, which anybody may forge


@pytest.mark.parametrize(
    ("uri", "server"),
    [
        (b"sip:192.0.2.4", ("udp", "192.0.2.4", 5060)),
        (b"sip:192.0.2.4;transport=tcp", ("tcp", "192.0.2.4", 5060)),
        (b"sip:192.0.2.4:5099", ("udp", "192.0.2.4", 5099)),
        (b"sip:[2001:db8::1]:5099;transport=TLS", ("tls", "2001:db8::1", 5099)),
        (b"sips:192.0.2.4", ("tls", "192.0.2.4", 5061)),
        (b"sips:192.0.2.4;transport=tcp", ("tls", "192.0.2.4", 5061)),
        (b"sip:example.org;maddr=192.0.2.4", ("udp", "192.0.2.4", 5060)),
    ],
)
def test_numeric_hosts_ask_nothing(uri: bytes, server: tuple[str, str, int]) -> None:
    assert walked(uri, {}) == ([server], [])


def test_explicit_port_asks_for_addresses_alone() -> None:
    servers, questions = walked(b"sip:example.com:5062", EXAMPLE)
    assert servers == [("udp", "192.0.2.9", 5062)]
    assert questions == ["A example.com", "AAAA example.com"]


def test_without_naptr_each_transport_is_asked_for_in_turn() -> None:
    zone = {key: found for key, found in EXAMPLE.items() if key[0] != "NAPTR"}
    servers, questions = walked(b"sip:example.com", zone)
    assert [each[0] for each in servers] == ["udp", "tcp", "tcp", "tcp", "tcp"]
    assert questions[:2] == ["NAPTR example.com", "SRV _sip._udp.example.com"]
    large, _ = walked(b"sip:example.com", zone, transports=("tcp", "tls"))
    assert {each[0] for each in large} == {"tcp"}


def test_without_any_service_the_host_itself_is_tried() -> None:
    zone: Zone = {("A", "example.com"): ["192.0.2.9"]}
    assert walked(b"sip:example.com", zone)[0] == [("udp", "192.0.2.9", 5060)]
    assert walked(b"sips:example.com", zone)[0] == [("tls", "192.0.2.9", 5061)]
    assert walked(b"sip:example.com;transport=tcp", zone)[0] == [("tcp", "192.0.2.9", 5060)]
    assert walked(b"sip:example.com", zone, transports=("tcp",))[0] == [("tcp", "192.0.2.9", 5060)]


def test_service_that_is_said_not_to_be_there_is_not_looked_for_elsewhere() -> None:
    zone: Zone = {
        ("SRV", "_sip._tcp.example.com"): [Srv(0, 0, 0, ".")],
        ("A", "example.com"): ["192.0.2.9"],
    }
    assert walked(b"sip:example.com;transport=tcp", zone)[0] == []


def test_sips_takes_nothing_but_tls() -> None:
    servers, questions = walked(b"sips:example.com", EXAMPLE)
    assert servers == [("tls", "192.0.2.9", 5061)]
    assert "SRV _sip._tcp.example.com" not in questions
    assert walked(b"sips:192.0.2.4;transport=udp", {}) == ([], [])
    assert walked(b"sips:192.0.2.4", {}, transports=("udp", "tcp")) == ([], [])
    assert walked(b"sip:192.0.2.4;transport=sctp", {}) == ([], [])


def test_server_that_failed_lately_comes_last() -> None:
    servers, _ = walked(
        b"sip:example.com;transport=tcp", EXAMPLE, avoid=lambda server: server.host == "192.0.2.1"
    )
    assert [each[1] for each in servers] == ["192.0.2.2", "192.0.2.3", "2001:db8::2", "192.0.2.1"]


def test_server_that_knows_us_comes_first_unless_it_failed_lately() -> None:
    known = Server("udp", "192.0.2.9", 5080, "192.0.2.4")
    usual = Server("udp", "192.0.2.4", 5060, "192.0.2.4")
    for first, avoid, expected in (
        (known, (), [known, usual]),
        (usual, (), [usual]),
        (known, (known,), [usual]),
    ):
        walk = Resolution(
            destination(b"sip:192.0.2.4"), lambda most: 0, first=first, avoid=avoid.__contains__
        )
        assert [walk.next() for _ in expected] == expected
        assert walk.next() is None


def test_only_families_with_a_socket_are_asked_for() -> None:
    servers, questions = walked(b"sip:server2.example.com:5060", EXAMPLE, families=(Kind.AAAA,))
    assert [each[1] for each in servers] == ["2001:db8::2"]
    assert questions == ["AAAA server2.example.com"]


def test_priorities_rule_and_weights_share() -> None:
    records = [Srv(1, 0, 1, "spare"), Srv(0, 60, 1, "large"), Srv(0, 40, 1, "small")]
    firsts = Counter(
        in_turn(records, lambda most, drawn=drawn: min(drawn, most))[0].target  # type: ignore[misc]
        for drawn in range(1, 101)
    )
    assert firsts == {"large": 60, "small": 40}
    assert in_turn(records, lambda most: 0)[-1].target == "spare"


def test_server_of_no_weight_is_chosen_at_times() -> None:
    records = [Srv(0, 10, 1, "heavy"), Srv(0, 0, 1, "light")]
    assert [each.target for each in in_turn(records, lambda most: 0)] == ["light", "heavy"]
    assert [each.target for each in in_turn(records, lambda most: most)] == ["heavy", "light"]


def test_what_makes_one_try_the_next_server() -> None:
    assert moves_on(503, answered=True)
    assert moves_on(503, answered=False)
    assert moves_on(408, answered=False)
    assert not moves_on(408, answered=True)
    assert not moves_on(486, answered=True)


_names = st.sampled_from(["example.com", "a.example.com", ".", "", "192.0.2.1", "_sip._udp.x"])
_records = st.one_of(
    st.builds(
        Naptr,
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["s", "S", "u", ""]),
        st.sampled_from(["SIP+D2U", "sip+d2t", "SIPS+D2T", "E2U+sip"]),
        _names,
    ),
    st.builds(Srv, st.integers(0, 3), st.integers(0, 65535), st.integers(0, 65535), _names),
    st.sampled_from(["192.0.2.1", "2001:db8::1"]),
)


@given(
    st.sampled_from([b"sip:example.com", b"sips:example.com", b"sip:example.com;transport=tcp"]),
    st.lists(st.lists(_records, max_size=80), max_size=200),
    st.integers(0, 70000),
)
def test_every_walk_ends_whatever_name_servers_say(
    uri: bytes, answers: list[list[Record]], drawn: int
) -> None:
    walk = Resolution(destination(uri), lambda most: min(drawn, most))
    waiting = iter(answers)
    servers = asked = 0
    while (step := walk.next()) is not None:
        if isinstance(step, Ask):
            asked += 1
            walk.answer([next(waiting, ()) for _ in step.questions])
        else:
            servers += 1
    assert servers <= MOST_SERVERS
    assert asked <= 102
