"""Rules of call queues: the form's words, and the options that programs know."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engage.people.forms import NewQueue, QueueChange
from engage.people.model import QueueEntry
from engage.people.queue_entries import changed_queue, new_queue
from engage.people.queue_forms import FIELDS, QueueRules
from engage.people.queue_options import STRATEGIES, options_for, shown
from engage.people.queue_plan import call_queue


class Plain:
    """Seals nothing, visibly."""

    def seal(self, clear: str) -> str:
        return f"sealed {clear}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed ")

    def derive(self, purpose: str) -> bytes:
        return purpose.encode()


SECRETS = Plain()
OTHERS: dict[str, Any] = {
    "strategy": "linear",
    "ring_s": 20,
    "retry_s": 2,
    "wrap_up_s": 0,
    "rings_busy": True,
    "blend": "few",
    "beside_chats": 3,
    "autofill": False,
    "missed_to_pause": 3,
    "weight": 5,
    "tells_hold_time": True,
    "name_on_phones": False,
    "replaces_name": True,
    "auto_record": True,
    "service_level_s": 30,
    "max_length": 7,
    "max_wait_s": 0,
    "timeout_destination": {"kind": "voicemail", "value": "1000"},
    "music": "tune",
    "welcome": "hello",
    "exit_key": "1",
    "exit_destination": {"kind": "queue", "value": "6501"},
    "announces_position": True,
    "announces_wait": True,
    "announce_every_s": 45,
    "repeated": "advert",
    "repeated_every_s": 90,
    "leave_when_empty": "no",
    "dial_in_empty": "yes",
    "empty_destination": {"kind": "external", "value": "00493012345"},
    "virtual_queue": True,
    "virtual_mode": "key",
    "virtual_key": "7",
    "virtual_after_s": 40,
    "virtual_prefix": "9",
    "virtual_ring_s": 25,
    "caller_id": "8000",
    "feature_codes": True,
    "static_login": True,
    "pin": "4711",
    "chairmen": ["1000", "1002"],
}


def test_every_rule_has_a_value_here_that_is_not_the_usual_one() -> None:
    usual = QueueRules().model_dump()
    assert OTHERS.keys() == usual.keys()
    assert not [name for name in usual if usual[name] == OTHERS[name]]


@pytest.mark.parametrize("name", FIELDS)
def test_a_rule_comes_back_from_the_options_as_it_was_set(name: str) -> None:
    options = options_for({name: OTHERS[name]}, {}, SECRETS)
    assert shown(options, SECRETS).model_dump() == {**QueueRules().model_dump(), name: OTHERS[name]}


def test_what_stays_as_it_is_changes_no_option() -> None:
    options = options_for(OTHERS, {}, SECRETS)
    assert options_for(OTHERS, options, SECRETS) == {}


def test_programs_find_the_rules_under_the_names_they_know() -> None:
    options = options_for(OTHERS, {}, SECRETS)
    assert options["strategy"] == "linear"
    assert options["ringtime"] == 20
    assert options["destination_type_t"] == "voicemail"
    assert options["vm_extension_t"] == "1000"
    assert options["queue_dest_v"] == "6501"
    assert options["external_number_el"] == "00493012345"
    assert options["queue_chairmans"] == "1000,1002"
    assert options["pin"] == "sealed 4711"
    assert options["vq_mode"] == "dtmf"


def test_each_strategy_has_a_word_of_the_protocol() -> None:
    words = {shown({"strategy": word}, SECRETS).strategy for word in STRATEGIES.values()}
    assert words == set(STRATEGIES)


def test_a_change_touches_the_rules_it_names_alone() -> None:
    new = NewQueue.model_validate({"number": "6500", "name": "Help", "ring_s": 20})
    queue = new_queue(new, SECRETS)
    assert queue.options == {"ringtime": 20}
    change = QueueChange.model_validate({"pin": "1234"})
    assert changed_queue(queue, change, SECRETS).options == {"ringtime": 20, "pin": "sealed 1234"}


def test_a_choice_without_weights_is_not_offered_and_still_read() -> None:
    assert shown({"strategy": "wrandom"}, SECRETS).strategy == "random"
    with pytest.raises(ValidationError):
        QueueRules.model_validate({"strategy": "weighted_random"})


@pytest.mark.parametrize(
    ("every_s", "position", "granted_s"), [(0, False, 15), (5, True, 15), (45, True, 45)]
)
def test_no_announcement_interval_means_none_and_a_short_one_is_longer(
    every_s: int, position: bool, granted_s: float
) -> None:
    rules = QueueRules(announces_position=True, announces_wait=True, announce_every_s=every_s)
    plan = call_queue(QueueEntry("6500", "Help", ()), rules, lambda prompt: prompt)
    said = plan.settings.announcements
    assert (said.position, said.hold_time, said.every_s) == (position, position, granted_s)
