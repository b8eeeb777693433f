"""The field tables: every key of the reference is there, alike for adding and changing."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.api.account_fields import ACCOUNT, CodecList
from engage.api.fields import KEPT, Field
from engage.api.presence import FORWARDING, PRESENCES, complete, merged
from engage.api.queue_fields import DAYS, LISTED, MONTHS, QUEUE
from engage.api.status import Refused, Status
from engage.api.stored import kept_in, options_of
from engage.api.user_actions import USER
from engage.api.values import Address, Choice, CommaList, Digit, Exact, Line, Network, Whole, YesNo
from engage.people.codecs import CODECS, VIDEO
from tests.support.examples import examples
from tools.api_inert_fields import PAGE, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.api.fields import Fields

# Table 6.1 of the features and the field list of the protocol's reference, by name.
WRITTEN = (
    "extension", "cidnumber", "fullname", "first_name", "last_name", "secret", "authid",
    "hasvoicemail", "vmsecret", "skip_vmsecret", "vm_attach", "vm_reserve", "permission",
    "emergcidnumber", "enable_ldap", "max_contacts", "enable_webrtc", "out_of_service",
    "sca_enable", "user_outrt_passwd", "bypass_outrt_auth", "skip_auth_timetype", "nat",
    "directmedia", "dtmfmode", "tel_uri", "enable_qualify", "qualifyfreq", "alertinfo",
    "custom_alert_info", "t38_udptl", "faxdetect", "sendtofax", "encryption", "strategy_ipacl",
    "local_network1", "local_network10", "specific_ip", "allow", "jitterbuffer", "presence_status",
    "dnd", "dnd_timetype", "dndwhitelist", "fwdwhitelist", "ring_timeout", "auto_record",
    "en_ringboth", "external_number", "ringboth_timetype", "use_callee_dod_on_fwd_rb",
    "use_callee_dod_on_fm", "enablehotdesk", "mohsuggest", "limitime", "callbarging_monitor",
    "seamless_transfer_members", "call_waiting", "custom_autoanswer", "cc_enable", "cc_mode",
    "cc_max_agents", "cc_max_monitors", "language", "user_password", "wave_privilege_id", "email",
    "phone_number", "department", "job_title", "room", "enable_rc",
)  # fmt: skip
READ_ONLY = (
    "account_type", "fax_gateway", "intranet_ip_filter", "qualify", "media_encryption", "use_avpf",
    "ice_support", "cc_agent_policy", "cc_monitor_policy", "missed_call", "presence_def_script",
)  # fmt: skip


class Marks:
    """Seals by marking, so that tests see what was sealed."""

    def seal(self, clear: str) -> str:
        return f"sealed:{clear}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed:")


def text_like(kind: Line) -> st.SearchStrategy[Any]:
    if kind.pattern is None:
        return st.text(string.ascii_letters, min_size=kind.shortest, max_size=kind.longest)
    drawn = st.from_regex(kind.pattern, fullmatch=True)
    return drawn.filter(lambda each: kind.shortest <= len(each.strip()) <= kind.longest)


def listed(kind: CommaList) -> st.SearchStrategy[Any]:
    parts: st.SearchStrategy[Any] = st.from_regex(r"[0-9]{2,10}", fullmatch=True)
    if kind.described == "codecs":
        parts = st.sampled_from([each for each in CODECS if each not in VIDEO])
    elif kind.described == "days of the month":
        parts = st.integers(1, 31).map(str)
    elif kind.described in ("days", "months"):
        parts = st.sampled_from(DAYS if kind.described == "days" else MONTHS)
    lists = st.lists(parts, max_size=9)
    return lists | lists.map(",".join) | lists.map(json.dumps)


def either(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return numbers | numbers.map(str)


SPELLINGS = ("yes", "no", "YES", "No", True, False, 1, 0, "1", "0")
VALID: dict[type[Any], Callable[[Any], st.SearchStrategy[Any]]] = {
    YesNo: lambda _: st.sampled_from(SPELLINGS),
    Choice: lambda kind: st.sampled_from((*kind.words, *map(str.upper, kind.words))),
    Whole: lambda kind: either(
        st.sampled_from(kind.only) if kind.only else st.integers(kind.low, kind.high)
    ),
    Digit: lambda kind: either(st.sampled_from(kind.only)),
    CommaList: listed,
    CodecList: listed,
    Address: lambda _: st.ip_addresses().map(str),
    Network: lambda _: st.ip_addresses(v=4).map(lambda each: f"{each}/24"),
    Exact: lambda kind: st.text(string.printable, min_size=kind.shortest, max_size=kind.longest),
    Line: text_like,
}
"""Values that each kind takes, as programs may send them."""


ALL = [(fields, each) for fields in (ACCOUNT, QUEUE, USER, FORWARDING) for each in fields]


def test_every_key_of_the_reference_is_in_the_table() -> None:
    for name in WRITTEN:
        field = ACCOUNT.named(name)
        assert field is not None, name
        assert field.written, name
    for name in READ_ONLY:
        field = ACCOUNT.named(name)
        assert field is not None, name
        assert not field.written, name
        assert field.shown, name


@settings(max_examples=examples(100))
@given(data=st.data())
def test_what_was_read_reads_the_same_again_and_is_json(data: st.DataObject) -> None:
    fields, field = ALL[data.draw(st.integers(0, len(ALL) - 1))]  # a table is long to be told
    once = field.read(data.draw(VALID[type(field.kind)](field.kind)))
    assert field.read(once) == once
    json.dumps(once)
    assert fields.given({field.name: once}) == ({field.name: once} if field.written else {})


@settings(max_examples=examples(100))
@given(
    which=st.sampled_from(ALL),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
)
def test_any_value_is_taken_or_refused_with_the_fields_name(
    which: tuple[Fields, Field], value: object
) -> None:
    fields, field = which
    try:
        taken = fields.given({field.name: value})
    except Refused as refused:
        assert refused.status in (Status.INVALID_VALUE, Status.FORBIDDEN_CHARACTERS)  # noqa: PT017
        assert refused.params["name"] == field.name  # noqa: PT017
    else:
        json.dumps(taken)


@pytest.mark.parametrize(("fields", "field"), ALL, ids=lambda each: getattr(each, "name", ""))
def test_null_is_a_value_or_goes_back_to_the_default(fields: Fields, field: Field) -> None:
    if not field.written:
        return
    told = fields.given({field.name: None})
    if field.nullable:
        assert told == {field.name: None}
    elif field.default is KEPT:
        assert told == {}
    else:
        assert told == {field.name: field.default}


def test_the_name_goes_before_its_aliases() -> None:
    assert QUEUE.given({"queue_chairman": "1001", "queue_chairmans": "1000"}) == {
        "queue_chairmans": "1000"
    }
    assert QUEUE.given({"queue_chairman": "1001"}) == {"queue_chairmans": "1001"}


def test_secrets_are_sealed_among_the_options() -> None:
    told = ACCOUNT.given({"vmsecret": "904312", "secret": "Kp7!vale2040", "dnd": "yes"})
    options = options_of(ACCOUNT, told, Marks())
    assert options == {"vmsecret": "sealed:904312", "dnd": "yes"}, "what is ours goes home"
    assert kept_in(ACCOUNT, options, Marks()) == {"vmsecret": "904312", "dnd": "yes"}


def test_lists_of_queues_show_fields_that_queues_have() -> None:
    assert all(QUEUE.named(name) is not None for name in LISTED)


def test_five_records_are_answered_whatever_was_kept() -> None:
    assert [each["presence_status"] for each in complete(())] == list(PRESENCES)
    record = {"presence_status": "Away", "CFU": "1000", "cfu_destination_type": 1}
    kept = merged((), {"presence_settings": [record]}, "available")
    assert kept is not None
    [away] = [each for each in kept if each["presence_status"] == "away"]
    assert (away["cfu"], away["cfu_destination_type"], away["cfu_timetype"]) == ("1000", "1", 0)
    assert merged(kept, {"dnd": "yes"}, "available") is None
    flat = merged(kept, {"cfn": "+3531234", "cfn_destination_type": "2"}, "away")
    assert flat is not None
    [away] = [each for each in flat if each["presence_status"] == "away"]
    assert (away["cfu"], away["cfn"]) == ("1000", "+3531234")


def test_members_alone_belong_to_no_record_while_the_state_has_none() -> None:
    assert merged((), {"cfu": "1000", "cfu_destination_type": "1"}, "dnd") is None


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "presence_status": st.sampled_from([*PRESENCES, "dnd", "", None]),
                "cfu": st.text() | st.none(),
                "cfb_timetype": st.integers() | st.text(),
                "cfn_destination_type": st.integers(0, 9) | st.text(),
            },
        )
        | st.text()
    )
)
def test_any_records_are_taken_whole_or_refused(records: list[object]) -> None:
    try:
        kept = merged((), {"presence_settings": records}, "available")
    except Refused:
        return
    assert kept is None or [each["presence_status"] for each in kept] == list(PRESENCES)


def test_page_of_inert_fields_tells_the_truth() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tools.api_inert_fields"
