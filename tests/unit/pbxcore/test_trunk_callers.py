"""How a provider is told who calls, and whom: headers, spellings of numbers, what is passed on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pbxcore.calls.passing import may_pass, passed_by, passed_from
from pbxcore.calls.trunk_callers import told
from pbxcore.dialplan.resolving import Try
from pbxcore.directory import Delta, Trunk, TrunkRemoved
from pbxcore.sip.identity import HIDDEN, Caller
from pbxcore.sip.message import Request
from pbxcore.sip.telephone import Spelling, number_of, spelled
from pbxcore.sip.uri import parse_uri
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_limits import NUMBER, outside

WAY = Try("t", "0301234", "4989100", "Office", dod="4989123", original="0171555")
CAME = Caller(b"sip:+49171555@other.example", b"Zoe", b"tel:+49171555", asserted=True)


def trunk(**fields: Any) -> Trunk:
    return Trunk("t", "City", "provider.example", **fields)


def lines(one: Trunk, came: Caller | None = None, privacy: frozenset[bytes] = frozenset()) -> Any:
    found = told(one, WAY, came, b"provider.example", privacy)
    return found.from_.decode(), [each.decode() for each in found.lines]


SHOWN = '"Office" <sip:4989100@provider.example>'


@pytest.mark.parametrize(
    ("fields", "came", "header"),
    [
        ({}, CAME, [f"P-Asserted-Identity: {SHOWN}"]),
        (
            {"passes_asserted": True},
            CAME,
            [
                'P-Asserted-Identity: "Zoe" <sip:+49171555@other.example>',
                "P-Asserted-Identity: <tel:+49171555>",
            ],
        ),
        ({"passes_asserted": True}, None, [f"P-Asserted-Identity: {SHOWN}"]),
        (
            {"passes_asserted": True, "asserted_number": "498900", "asserted_name": "Main"},
            CAME,
            ['P-Asserted-Identity: "Main" <sip:498900@provider.example>'],
        ),
        (
            {"asserted_number": "498900"},
            None,
            ['P-Asserted-Identity: "Office" <sip:498900@provider.example>'],
        ),
        ({"identity": "preferred"}, None, [f"P-Preferred-Identity: {SHOWN}"]),
        (
            {"identity": "preferred", "header_number": "dod"},
            None,
            ['P-Preferred-Identity: "Office" <sip:4989123@provider.example>'],
        ),
        (
            {"identity": "preferred", "header_number": "original"},
            None,
            ['P-Preferred-Identity: "Office" <sip:0171555@provider.example>'],
        ),
        (
            {"identity": "remote-party", "header_number": "dod"},
            None,
            [
                'Remote-Party-ID: "Office" <sip:4989123@provider.example>'
                ";party=calling;screen=yes;privacy=off"
            ],
        ),
        ({"identity": "none", "header_number": "dod", "passes_asserted": True}, CAME, []),
    ],
)
def test_the_header_names_whom_the_trunk_wants_named(
    fields: dict[str, Any], came: Caller | None, header: list[str]
) -> None:
    assert lines(trunk(**fields), came) == (SHOWN, header)


@pytest.mark.parametrize(
    ("identity", "wished", "mode", "privacy"),
    [
        ("asserted", frozenset(), "auto", []),
        ("asserted", HIDDEN, "auto", ["Privacy: id"]),
        ("asserted", HIDDEN, "never", []),
        ("asserted", frozenset(), "always", ["Privacy: none"]),
        ("none", HIDDEN, "auto", []),
        ("none", HIDDEN, "always", ["Privacy: id"]),
        ("remote-party", HIDDEN, "always", ["Privacy: id"]),
    ],
)
def test_privacy_goes_along_when_the_trunk_wants_it(
    identity: str, wished: frozenset[bytes], mode: str, privacy: list[str]
) -> None:
    from_, header = lines(trunk(identity=identity, privacy_header=mode), None, wished)
    assert [each for each in header if each.startswith("Privacy")] == privacy
    assert ("anonymous" in from_) is bool(wished)  # the caller stays hidden in any case


@pytest.mark.parametrize(
    ("uri", "spelling", "written"),
    [
        (b"sip:0301234@p.example:5070", "disabled", b"sip:0301234@p.example:5070"),
        (b"sip:0301234@p.example:5070", "user_phone", b"sip:0301234@p.example:5070;user=phone"),
        (b"sip:0301234@p.example:5070", "enabled", b"tel:0301234;phone-context=p.example"),
        (b"sip:0301234@pbx", "enabled", b"tel:0301234;phone-context=pbx"),
        (b"sip:0301234@10.0.0.2:5070", "enabled", b"sip:0301234@10.0.0.2:5070;user=phone"),
        (b"sip:0301234@[2001:db8::1]", "enabled", b"sip:0301234@[2001:db8::1];user=phone"),
        (b"sip:+49301234@10.0.0.2", "enabled", b"tel:+49301234"),
        (b"sip:+49301234@p.example", "enabled", b"tel:+49301234"),
        (b"sip:*21%23@p.example", "user_phone", b"sip:*21%23@p.example;user=phone"),
        (b"sip:anna@p.example", "enabled", b"sip:anna@p.example"),
        (b"sip:p.example", "user_phone", b"sip:p.example"),
        (b"tel:+49301234", "user_phone", b"tel:+49301234"),
        (b"mailto:anna@p.example", "enabled", b"mailto:anna@p.example"),
    ],
)
def test_a_number_is_spelled_as_the_peer_wants(
    uri: bytes, spelling: Spelling, written: bytes
) -> None:
    found = spelled(uri, spelling)
    assert found == written
    if found.startswith((b"sip", b"tel")):  # and dials the same number, whoever reads it
        assert number_of(parse_uri(found)) == number_of(parse_uri(uri))


@pytest.mark.parametrize(
    ("spelling", "written"),
    [
        ("disabled", b"sip:+49301234@pbx.example"),
        ("user_phone", b"sip:+49301234@pbx.example;user=phone"),
        ("enabled", b"tel:+49-30-1234"),
    ],
)
def test_a_tel_uri_that_came_goes_on_as_the_next_one_wants(
    spelling: Spelling, written: bytes
) -> None:
    assert spelled(b"tel:+49-30-1234", spelling, b"pbx.example") == written
    assert spelled(b"tel:+49-30-1234", spelling) == b"tel:+49-30-1234"


@pytest.mark.parametrize(
    ("spelling", "asked", "named"),
    [
        ("disabled", b"sip:0049301234@10.0.0.2", b"sip:4989100@10.0.0.2"),
        ("user_phone", b"sip:0049301234@10.0.0.2;user=phone", b"sip:4989100@10.0.0.2;user=phone"),
        (
            "enabled",
            b"sip:0049301234@10.0.0.2;user=phone",  # an address is no context
            b"sip:4989100@10.0.0.2;user=phone",
        ),
    ],
)
def test_a_call_out_spells_its_numbers_so_and_goes_on_as_ever(
    spelling: str, asked: bytes, named: bytes
) -> None:
    with Office("alice", "first") as office:
        outside(office, "first", tel_uri=spelling)
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        invite = office["first"].talk.last
        assert isinstance(invite, Request)
        assert invite.uri == asked
        assert invite.get(b"to") == b"<%b>" % asked
        for header in b"from", b"p-asserted-identity":
            assert b"<%b>" % named in (invite.get(header) or b"")
        office["first"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        assert office["first"].talk.notes[-1] == "ended"
        office.check()


def test_a_challenge_is_remembered_as_long_as_the_trunk_stays() -> None:
    with Office("alice", "first") as office:

        def tried() -> Request:
            outside(office, "first", username="4989100", password="secret")  # noqa: S106
            alice = office["alice"].dial(NUMBER)
            office.run(1)
            invite = office["first"].talk.last
            assert isinstance(invite, Request)
            challenge = b'WWW-Authenticate: Digest realm="provider", nonce="n"'
            office["first"].talk.incoming.refuse(401, lines=(challenge,))
            office.run(1)
            alice.hang_up()
            office.run()
            return invite

        directory, legs = office.house.directory, office.house.context.trunks
        assert tried().get(b"authorization") is None
        legs.follow()
        assert b'nonce="n"' in (tried().get(b"authorization") or b"")
        directory.apply(Delta(directory.version + 1, (TrunkRemoved("first"),)))
        legs.follow()
        assert tried().get(b"authorization") is None


def test_an_extensions_phone_reads_numbers_as_it_wants() -> None:
    with Office("1000", "1001") as office:
        for spelling, named in (
            ("user_phone", b"sip:1000@pbx;user=phone"),
            (
                "enabled",
                b"tel:1000;phone-context=pbx",
            ),
        ):
            office.house.change("1001", tel_uri=spelling)
            caller = office["1000"].dial("1001")
            office.run(1)
            invite = office["1001"].talk.last
            assert isinstance(invite, Request)
            assert b"<%b>" % named in (invite.get(b"from") or b"")
            assert (invite.get(b"to") or b"").startswith((b"<sip:1001@", b"<tel:1001;phone-con"))
            assert invite.uri.startswith(b"sip:1001@")  # where it is registered
            caller.hang_up()
            office.run()
        office.check()


INVITE = Request(
    b"INVITE",
    b"sip:1000@pbx",
    b"SIP/2.0",
    [
        b"X-Account: 4711",
        b"Subject: I am Zoe",
        b"User-to-User: 00ab",
        b"X-account: 4712",
        b"X-Secret: no",
    ],
    b"",
    odd=False,
)


def test_headers_go_on_as_far_as_trunks_name_them() -> None:
    inbound = trunk(passed_headers=("x-account", "user-to-user"))
    outbound = msgspec.structs.replace(inbound, id="u", passed_headers=("user-to-user", "x-secret"))
    passed = passed_from(INVITE, CAME, inbound, ())
    assert [line for _, line in passed] == [
        b"X-Account: 4711",
        b"X-Account: 4712",
        b"User-To-User: 00ab",
    ]
    assert passed_by(outbound, passed, private=False) == (b"User-To-User: 00ab",)
    ours = passed_from(INVITE, CAME, None, (inbound, outbound))  # a phone of ours calls
    assert passed_by(outbound, ours, private=False) == (b"User-To-User: 00ab", b"X-Secret: no")
    assert passed_from(INVITE, CAME, trunk(), (outbound,)) == ()


@pytest.mark.parametrize("private", [True, False])
def test_a_private_caller_is_not_told_by_what_is_passed(*, private: bool) -> None:
    caller = msgspec.structs.replace(CAME, privacy=HIDDEN if private else frozenset())
    passed = passed_from(INVITE, caller, trunk(passed_headers=("subject", "x-account")), ())
    assert [name for name, _ in passed] == (["subject"] if not private else []) + ["x-account"] * 2


def test_where_a_trunk_hides_who_calls_nothing_that_is_passed_tells_it() -> None:
    way = trunk(passed_headers=("subject", "x-secret"))
    passed = passed_from(INVITE, CAME, None, (way,))
    assert passed_by(way, passed, private=False) == (b"Subject: I am Zoe", b"X-Secret: no")
    assert passed_by(way, passed, private=True) == (b"X-Secret: no",)


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("x-account", True),
        ("user-to-user", True),
        ("alert-info", True),
        ("p-charging-vector", True),
        ("via", False),
        ("v", False),
        ("content-type", False),
        ("p-asserted-identity", False),
        ("proxy-authorization", False),
        ("x account", False),
        ("x:y", False),
        ("", False),
    ],
)
def test_what_carries_a_call_is_not_passed(name: str, *, may: bool) -> None:
    assert may_pass(name) is may
