"""Signed callers: tokens, headers, certificates, verdicts (RFC 8224, 8225, 8588, 8946)."""

from __future__ import annotations

import base64
import json
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.calls.vouching import attestation
from pbxcore.dialplan.plan import Dod
from pbxcore.directory import Trunk
from pbxcore.stir.certificates import BadCertificate, signing_key
from pbxcore.stir.chain import MOST, links, onward
from pbxcore.stir.identity import Identity, identity_line, read_identity
from pbxcore.stir.passport import BadPassport, Claims, canonical, read, sign
from pbxcore.stir.remote import address_of, signed_line
from pbxcore.stir.verdict import FAILED, NONE, PASSED, CallToSign, CallToVerify, Verdict
from pbxcore.stir.verification import MOST_CERTIFICATES, Unproved, looked_at
from tests.support.shaken import Sti

NOW = datetime.now(UTC).replace(microsecond=0)
NOW_S = int(NOW.timestamp())
X5U = "https://cert.example.com/shaken.pem"
STI = Sti()
CLAIMS = Claims("A", "12155551212", ("12025551000",), NOW_S, "4b9d")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("tn"), inner),
    max_leaves=8,
)
OLD = msgspec.structs.replace(CLAIMS, iat=CLAIMS.iat - 61)


def line(claims: Claims = CLAIMS, info: str = X5U) -> bytes:
    return identity_line(sign(claims, X5U, STI.key), info).removeprefix(b"Identity: ")


def verdict(identity: bytes, sti: Sti = STI, caller: str = "+12155551212") -> Verdict:
    """What comes of a call with this header, whose certificate is this authority's."""
    return decided(CallToVerify((identity,), caller, "12025551000"), sti)


def decided(call: CallToVerify, sti: Sti) -> Verdict:
    found = looked_at(call, NOW)
    if not isinstance(found, Unproved):
        return found
    pem = sti.certificate.encode()
    verdicts = (found.disproved(each, pem, sti.root, NOW) for each in found.chain)
    return next(filter(None, verdicts), found.proved)


def test_what_we_sign_others_can_check() -> None:
    found = STI.reads(sign(CLAIMS, X5U, STI.key))
    assert found == {
        "attest": "A", "dest": {"tn": ["12025551000"]}, "iat": CLAIMS.iat,
        "orig": {"tn": "12155551212"}, "origid": "4b9d",
    }  # fmt: skip


def test_what_others_sign_passes() -> None:
    payload = {
        "attest": "B", "dest": {"tn": ["12025551000"]}, "iat": CLAIMS.iat,
        "orig": {"tn": "12155551212"}, "origid": "4b9d",
    }  # fmt: skip
    identity = identity_line(STI.token(payload, X5U), X5U).removeprefix(b"Identity: ")
    assert verdict(identity) == Verdict(PASSED, attest="B")


def test_the_header_is_read_however_it_is_written() -> None:
    ours = line()
    token = ours.decode().partition(";")[0]
    assert read_identity(ours) == Identity(token, X5U, "shaken", "ES256")
    spaced = b'a.b.c ; info = <https://x.test/y> ; ppt="shaken" ;alg=ES256'
    assert read_identity(spaced) == Identity("a.b.c", "https://x.test/y", "shaken", "ES256")
    assert read_identity(b"nothing") is None


@pytest.mark.parametrize(
    ("identity", "caller", "status", "reason"),
    [
        (line(OLD), "12155551212", 403, "stale_date"),
        (line(), "12155551213", 438, "other_caller"),
        (line(msgspec.structs.replace(CLAIMS, dest=("1",))), "12155551212", 438, "other_callee"),
        (line(info="https://elsewhere.test/"), "12155551212", 436, "bad_identity_info"),
        (b"not.a.token;info=<https://x.test>;ppt=shaken", "12155551212", 438, "bad_identity"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_call_fails(
    identity: bytes, caller: str, status: int, reason: str
) -> None:
    found = verdict(identity, caller=caller)
    assert (found.status, found.reason) == (status, reason)


MOVED = Claims("", "12155551212", ("13305559999",), CLAIMS.iat, "", "12025551000")
"""What 1-202-555-1000 signs who sends the call on."""


def headers(*claims: Claims, sti: Sti = STI) -> tuple[bytes, ...]:
    return tuple(
        identity_line(sign(each, X5U, sti.key), X5U, each.ppt).removeprefix(b"Identity: ")
        for each in claims
    )


def verdict_of(identities: tuple[bytes, ...], called: str = "+1 330 555 9999") -> Verdict:
    return decided(CallToVerify(identities, "12155551212", called), STI)


def test_what_we_sign_of_a_diversion_others_can_check() -> None:
    token = sign(MOVED, X5U, STI.key)
    assert STI.reads(token) == {
        "dest": {"tn": ["13305559999"]}, "div": {"tn": "12025551000"}, "iat": CLAIMS.iat,
        "orig": {"tn": "12155551212"},
    }  # fmt: skip
    identity = read_identity(identity_line(token, X5U, "div").removeprefix(b"Identity: "))
    assert identity is not None
    assert identity.ppt == "div"
    assert read(token).claims == MOVED


def test_a_diverted_call_is_verified_along_the_whole_chain() -> None:
    again = msgspec.structs.replace(MOVED, dest=("14405550000",), div="13305559999")
    assert verdict_of(headers(CLAIMS, MOVED)) == Verdict(PASSED, attest="A")
    assert verdict_of(headers(MOVED, CLAIMS)).status == 0  # in any order
    assert verdict_of(headers(again, CLAIMS, MOVED), "14405550000").status == 0
    rang = msgspec.structs.replace(CLAIMS, iat=CLAIMS.iat - 180)
    assert verdict_of(headers(rang, MOVED)).status == 0  # it rang there for three minutes


@pytest.mark.parametrize(
    ("identities", "status", "reason"),
    [
        (headers(MOVED), 438, "bad_identity"),  # nobody says who called
        (headers(CLAIMS), 438, "other_callee"),
        (headers(CLAIMS, msgspec.structs.replace(MOVED, div="1")), 438, "other_callee"),
        (headers(CLAIMS, msgspec.structs.replace(MOVED, dest=("1",))), 438, "other_callee"),
        (headers(CLAIMS, msgspec.structs.replace(MOVED, orig="1")), 438, "other_caller"),
        (headers(CLAIMS, msgspec.structs.replace(MOVED, iat=MOVED.iat - 61)), 403, "stale_date"),
        (headers(OLD, MOVED)[1:], 438, "bad_identity"),
        (
            headers(msgspec.structs.replace(CLAIMS, iat=CLAIMS.iat - 300), MOVED),
            403,
            "stale_date",
        ),
        (
            (*headers(CLAIMS), *headers(MOVED, sti=Sti())),
            438,
            "invalid_identity_header",
        ),
        (
            (*headers(CLAIMS, sti=Sti()), *headers(MOVED)),
            438,
            "invalid_identity_header",
        ),
    ],
)
def test_a_chain_with_a_bad_link_fails(
    identities: tuple[bytes, ...], status: int, reason: str
) -> None:
    found = verdict_of(identities)
    assert (found.status, found.reason) == (status, reason)


def nested(within: Claims, *claims: Claims, opt: str = "") -> bytes:
    """The header of a token that has the others in it, the newest first."""
    for each in reversed((within, *claims)):
        opt = sign(msgspec.structs.replace(each, opt=opt), X5U, STI.key)
    return identity_line(opt, X5U, "div-o").removeprefix(b"Identity: ")


def test_a_diverted_call_is_verified_by_the_tokens_in_one() -> None:
    again = msgspec.structs.replace(MOVED, dest=("14405550000",), div="13305559999")
    assert verdict_of((nested(MOVED, CLAIMS),)) == Verdict(PASSED, attest="A")
    assert verdict_of((nested(again, MOVED, CLAIMS),), "14405550000").status == 0
    # One that says it beside what came is as good after one that has it inside.
    beside = headers(again)
    assert verdict_of((nested(MOVED, CLAIMS), *beside), "14405550000").status == 0


@pytest.mark.parametrize(
    ("identity", "status", "reason"),
    [
        (nested(MOVED, msgspec.structs.replace(CLAIMS, orig="1")), 438, "other_caller"),
        (nested(MOVED, msgspec.structs.replace(CLAIMS, dest=("1",))), 438, "other_callee"),
        (
            nested(MOVED, msgspec.structs.replace(CLAIMS, iat=CLAIMS.iat - 300)),
            403,
            "stale_date",
        ),
        (nested(MOVED, opt=sign(CLAIMS, X5U, Sti().key)), 438, "invalid_identity_header"),
        (nested(MOVED, opt=sign(CLAIMS, "http://x.test/c", STI.key)), 436, "bad_identity_info"),
        (nested(MOVED, opt="no.token.there"), 438, "bad_identity"),
        (nested(MOVED, msgspec.structs.replace(MOVED, dest=("12025551000",))), 438, "bad_identity"),
    ],
)
def test_a_token_with_a_bad_one_in_it_fails(identity: bytes, status: int, reason: str) -> None:
    found = verdict_of((identity,))
    assert (found.status, found.reason) == (status, reason)


def test_no_token_nests_without_end() -> None:
    (header,) = headers(CLAIMS)
    deep = nested(*[MOVED] * 12, CLAIMS)
    assert len(links([deep, header])) <= MOST


def test_what_came_nested_goes_on_as_it_came() -> None:
    came = (nested(MOVED, CLAIMS),)
    lines, claims = onward(CallToSign("12155551212", "14405550000", "A", came), 7)
    assert claims == Claims("", "12155551212", ("14405550000",), 7, "", "13305559999")
    assert [each.removeprefix(b"Identity: ") for each in lines] == list(came)


def test_a_plain_token_says_who_calls_and_nothing_of_how_far_that_is_known() -> None:
    plain = msgspec.structs.replace(CLAIMS, attest="", origid="")
    payload = {
        "dest": {"tn": ["12025551000"]}, "iat": NOW_S, "orig": {"tn": "12155551212"},
    }  # fmt: skip
    token = STI.token(payload, X5U, ppt=None)
    assert read(token).claims == plain
    assert verdict(f"{token};info=<{X5U}>;alg=ES256".encode()) == Verdict(PASSED)


def test_tokens_of_other_kinds_are_as_if_absent() -> None:
    other = STI.token({"rph": {"auth": ["ets.0"]}}, X5U, ppt="rph")
    header = f"{other};info=<{X5U}>;alg=ES256;ppt=rph".encode()
    assert verdict(header).status == 428
    assert verdict_of((header, *headers(CLAIMS, MOVED))).status == 0


def test_a_token_that_diverts_in_a_circle_is_read_once() -> None:
    back = msgspec.structs.replace(MOVED, dest=("12025551000",), div="13305559999")
    assert verdict_of(headers(MOVED, back)).status == 438
    assert verdict_of(headers(CLAIMS, MOVED, back), "12025551000").status == 0


@pytest.mark.parametrize(("more", "status"), [(0, 0), (1, 436)])
def test_a_call_names_few_certificates(more: int, status: int) -> None:
    way = ["12025551000", *(f"1330555000{n}" for n in range(MOST_CERTIFICATES - 1 + more))]
    steps = [
        msgspec.structs.replace(MOVED, dest=(there,), div=here) for here, there in pairwise(way)
    ]
    signed = [
        identity_line(sign(each, url, STI.key), url, each.ppt).removeprefix(b"Identity: ")
        for at, each in enumerate([CLAIMS, *steps])
        for url in [f"https://cert{at}.example.com/shaken.pem"]
    ]
    assert verdict_of(tuple(signed), way[-1]).status == status


def test_what_a_diversion_says_follows_from_what_came() -> None:
    came = headers(CLAIMS)
    lines, claims = onward(CallToSign("+1 (215) 555-1212", "+1-330-555-9999", "A", came), NOW_S)
    assert claims == MOVED
    assert [each.removeprefix(b"Identity: ") for each in lines] == list(came)
    twice = headers(MOVED, CLAIMS)
    lines, claims = onward(CallToSign("12155551212", "14405550000", "A", twice), 7)
    assert claims == Claims("", "12155551212", ("14405550000",), 7, "", "13305559999")
    # Whoever reads them begins with the caller's own.
    assert [each.removeprefix(b"Identity: ") for each in lines] == list(reversed(twice))


def test_what_was_for_there_goes_on_as_it_came_and_what_was_not_his_does_not() -> None:
    came = headers(CLAIMS)
    lines, claims = onward(CallToSign("12155551212", "12025551000", "A", came), NOW_S)
    assert (len(lines), claims) == (1, None)
    assert onward(CallToSign("4930100", "12025551000", "A", came), NOW_S) == ((), None)


def test_without_a_signature_nothing_is_known() -> None:
    found = looked_at(CallToVerify((), "1", "2"), NOW)
    assert isinstance(found, Verdict)
    assert (found.verstat, found.status) == (NONE, 428)


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("06072a8648ce3d0201", "06072a8648ce3d0202"),  # the algorithm of its key
        ("06082a8648ce3d030107", "06082a8648ce3d030106"),  # the curve of it
    ],
)
def test_a_certificate_with_a_key_that_nobody_knows_is_a_bad_one(part: str, instead: str) -> None:
    der = ssl.PEM_cert_to_DER_cert(STI.certificate)
    strange = der.replace(bytes.fromhex(part), bytes.fromhex(instead))
    assert strange != der
    with pytest.raises(BadCertificate):
        signing_key(ssl.DER_cert_to_PEM_cert(strange).encode(), STI.root, NOW)


def test_a_certificate_has_to_be_good() -> None:
    assert verdict(line(), Sti()).reason == "invalid_identity_header"
    for bad in Sti(for_calls=False), Sti(until=NOW - timedelta(days=1)):
        with pytest.raises(BadCertificate):
            signing_key(bad.certificate.encode(), bad.root, NOW)
    other = Sti()
    with pytest.raises(BadCertificate):
        signing_key(STI.certificate.encode(), other.root, NOW)
    with pytest.raises(BadCertificate):
        signing_key(b"no certificate", STI.root, NOW)
    call = CallToVerify((line(),), "12155551212", "12025551000")
    waiting = looked_at(call, NOW)
    assert isinstance(waiting, Unproved)
    missing = waiting.disproved(waiting.chain[0], None, STI.root, NOW)
    assert missing is not None
    assert missing.status == 436


@given(st.data())
def test_a_token_of_which_anything_is_changed_is_refused(data: st.DataObject) -> None:
    token = sign(CLAIMS, X5U, STI.key)
    at = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_."))
    changed = token[:at] + other + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(BadPassport):
        read(changed).check(STI.key.public_key())


def crafted(head: str, payload: str, info: str = X5U) -> bytes:
    """A header whose token has this text in it, whatever that is."""
    parts = (base64.urlsafe_b64encode(each.encode()) for each in (head, payload, "s" * 64))
    return b".".join(each.rstrip(b"=") for each in parts) + b";info=<%b>" % info.encode()


def told(payload: object, **head: object) -> tuple[str, str]:
    """The two texts of a plain token, with something else in its head."""
    base = {"alg": "ES256", "typ": "passport", "x5u": X5U}
    return json.dumps(base | head), json.dumps(payload)


PLAIN = {"dest": {"tn": ["12025551000"]}, "iat": NOW_S, "orig": {"tn": "12155551212"}}
HEAD, PAYLOAD = told(PLAIN)
DEEP = "[" * 20_000
SHALLOWER = "[" * 900 + "]" * 900


@pytest.mark.parametrize(
    ("head", "payload"),
    [
        told(PLAIN, ppt=[]),
        told(PLAIN, ppt={}),
        told(PLAIN, x5u=[X5U]),
        told(PLAIN | {"orig": {"tn": 12155551212}}),
        (DEEP, PAYLOAD),
        (HEAD, DEEP),
        (HEAD, PAYLOAD.replace('"12155551212"', SHALLOWER)),
        *[
            (HEAD, PAYLOAD.replace(str(NOW_S), each))
            for each in ("1e999", "-1e999", "NaN", "9" * 400, "9" * 5000, "-1", "[]", '"1"', "null")
        ],
    ],
    ids=count(),  # the payloads tell the time
)
def test_a_crafted_token_is_refused_as_a_bad_one(head: str, payload: str) -> None:
    with pytest.raises(BadPassport):
        read(crafted(head, payload).decode().partition(";")[0])
    assert verdict(crafted(head, payload)) == Verdict(FAILED, 438, reason="bad_identity")


@pytest.mark.parametrize("info", ["https://[", "https://", "http://x.test/", "https://[x]/y"])
def test_a_certificate_is_to_be_had_at_an_address(info: str) -> None:
    found = verdict(crafted(*told(PLAIN, x5u=info), info=info))
    assert (found.status, found.reason) == (436, "bad_identity_info")


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("ppt", "x5u", "alg"), JSON)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("dest", "iat", "orig", "div", "opt"), JSON)),
)
def test_no_json_is_too_much_for_whoever_verifies(
    head: dict[str, object], payload: dict[str, object]
) -> None:
    found = verdict(crafted(*told(PLAIN | payload, **head)))
    assert found.status in (403, 436, 437, 438)


@given(st.text())
def test_no_text_is_too_much_for_the_reader(text: str) -> None:
    with suppress(BadPassport):
        read(text)
    read_identity(text.encode("utf-8", "surrogatepass"))


def test_numbers_are_signed_in_one_form() -> None:
    assert canonical("+1 (215) 555-1212") == "12155551212"


def test_how_far_we_stand_for_a_caller() -> None:
    trunk = Trunk("t", "T", "h", caller_id="100", dods=(Dod("200", ("1000",)),))
    assert [attestation(trunk, each, ours=True) for each in ("100", "200", "300", "")] == [
        "A", "A", "B", "B",
    ]  # fmt: skip
    assert attestation(trunk, "100", ours=False) == "C"


def test_a_service_is_asked_at_its_own_address() -> None:
    assert address_of("https://s.test:8443") == "https://s.test:8443/stir/v1/signing"
    assert address_of("https://s.test/sign") == "https://s.test/sign"
    assert signed_line(b"{}") is None
    assert signed_line(b'{"signingResponse":{"identity":"x\\r\\nEvil: 1"}}') is None
