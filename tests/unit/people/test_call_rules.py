"""What an extension wants of its calls, as its options say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from engage.people.call_forms import CallChanges, CallFields
from engage.people.call_options import options_for, shown
from engage.people.call_rules import CallRules
from engage.people.codecs import CODECS, in_rtpmap, read
from engage.telephony.trunk_forms import TrunkForm

if TYPE_CHECKING:
    from pydantic import BaseModel


def test_what_is_not_set_is_as_usual() -> None:
    assert CallRules.of({}) == CallRules(60, call_waiting=True, srtp="optional")


@pytest.mark.parametrize(
    ("option", "srtp"), [("no", "off"), ("support", "optional"), ("yes", "required")]
)
def test_what_is_set_counts(option: str, srtp: str) -> None:
    rules = CallRules.of({"ring_timeout": 20, "call_waiting": "no", "encryption": option})
    assert (rules.ring_s, rules.call_waiting, rules.srtp) == (20, False, srtp)


def test_codecs_are_kept_to_in_their_order_and_keys_in_their_way() -> None:
    rules = CallRules.of({"allow": "g722,rtx,ulaw", "dtmfmode": "inband"})
    assert (rules.codecs, rules.dtmf) == (("g722", "ulaw"), "inband")
    assert in_rtpmap(rules.codecs) == ("g722", "pcmu")
    assert CallRules.of({"allow": ",".join(CODECS)}) == CallRules.of({"allow": ""}) == CallRules()


@pytest.mark.parametrize("stored", ["h264", "vp8,h264", "rtx", "rtx,h265", "mp3"])
def test_a_stored_list_without_sound_keeps_nobody_from_talking(stored: str) -> None:
    assert read(stored) == []
    assert CallRules.of({"allow": stored}) == CallRules()
    assert read(f"{stored},alaw")[-1] == "alaw"


def test_the_form_writes_what_the_rules_read() -> None:
    fields = shown({}) | {"codecs": ["alaw", "h264"], "dtmf_mode": "info"}
    options = options_for(fields, {})
    assert options == {"allow": "alaw,h264", "dtmfmode": "info"}
    assert shown(options) == fields
    assert options_for(shown({}), options) == {"allow": None, "dtmfmode": "rfc4733"}


@pytest.mark.parametrize("form", [CallFields, CallChanges, TrunkForm])
def test_whoever_is_kept_to_codecs_can_talk(form: type[BaseModel]) -> None:
    trunk = {"name": "T", "host": "192.0.2.1"} if form is TrunkForm else {}
    taken = form.model_validate({**trunk, "codecs": ["ulaw", "h264", "ulaw"]})
    assert taken.model_dump()["codecs"] == ["ulaw", "h264"]
    for wrong in ["h264", "vp8"], ["mp3"]:
        with pytest.raises(ValidationError):
            form.model_validate({**trunk, "codecs": wrong})
