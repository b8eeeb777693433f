"""Rules of call queues: the form's words, and the options that programs know."""

from __future__ import annotations

from typing import Any

import pytest

from engage.errors import Invalid
from engage.people.call_handling import alert_info
from engage.people.model import QueueAgent, QueueEntry
from engage.people.queue_bodies import NewQueue, QueueChange
from engage.people.queue_entries import changed_queue, new_queue
from engage.people.queue_forms import FIELDS, QueueRules
from engage.people.queue_options import STRATEGIES, options_for, shown
from engage.people.queue_plan import call_queue
from pbxcore.queues.settings import Condition, LevelRule, Miss, SkillRule


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
    "progress_s": 4,
    "resets": "week",
    "resets_at": "03:30",
    "reset_weekdays": ["mon", "fri"],
    "reset_day": 15,
    "levels": [{"agent": "1000", "level": 2, "rings_busy": "yes"}],
    "level_wait_s": 20,
    "levels_from": 3,
    "level_rules": [{"after_s": 30, "lowest": 0, "highest": 1, "raised_to": None}],
    "asked_skills": [{"name": "French", "level": 5}],
    "skill_rules": [{"after_s": 60, "lowered_by": 2}],
    "reach_s": 8,
    "missed_rest_s": 20,
    "refused_rest_s": 0,
    "refused_to_pause": 2,
    "unreachable_rest_s": 60,
    "unreachable_to_pause": 4,
    "pauses_everywhere": False,
    "vips": ["00493055"],
    "vip_priority": 7,
    "resume_s": 90,
    "leave_conditions": ["wrap_up"],
    "join_conditions": ["in_use", "on_break"],
    "empty_wait_s": 300,
    "announces_better": True,
    "highest_position": 5,
    "wait_told_from_s": 60,
    "more_repeated": ["hello"],
    "repeated_by_chance": True,
    "virtual_retries": 1,
    "virtual_retry_s": 60,
    "virtual_lasts_s": 3600,
    "missed_to_pause": 3,
    "weight": 5,
    "tells_hold_time": True,
    "name_on_phones": False,
    "replaces_name": True,
    "name_prefix": "VIP",
    "alert_info": "ring3",
    "auto_record": "external",
    "record_code": True,
    "permission": "internal-local",
    "mailbox_prompt": "leave-a-message",
    "caller_priority": 3,
    "survey": True,
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
    "static_agent_groups": ["g1"],
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


def test_levels_are_the_weights_of_the_weighted_choice() -> None:
    rules = shown({"strategy": "wrandom"}, SECRETS)
    assert rules.strategy == "weighted_random"


def test_a_program_lets_callers_leave_by_a_key_and_switches_time_outs() -> None:
    assert shown({"destination_voice_enable": "yes"}, SECRETS).exit_key == "1"
    kept = {"exit_key": "5", "destination_voice_enable": "yes"}
    assert options_for({"exit_key": "5"}, {}, SECRETS) == kept
    assert shown(kept, SECRETS).exit_key == "5"
    assert shown({**kept, "destination_voice_enable": "no"}, SECRETS).exit_key == ""
    rings = {"vq_callback_timeout": 25, "vq_callback_enable_timeout": "yes"}
    assert options_for({"virtual_ring_s": 25}, {}, SECRETS) == rings
    off = {**rings, "vq_callback_enable_timeout": "no"}
    assert shown(off, SECRETS).virtual_ring_s == 60


def test_the_level_of_somebody_who_is_no_agent_is_refused_at_its_field() -> None:
    level = {"agent": "1001", "level": 1}
    asked = {"number": "6500", "name": "Help", "static_agents": ["1000"], "levels": [level]}
    with pytest.raises(Invalid) as refused:
        new_queue(NewQueue.model_validate(asked), SECRETS)
    assert refused.value.fields.keys() == {"levels.0.agent"}


def test_who_leaves_a_queue_takes_the_level_along() -> None:
    asked = {"number": "6500", "name": "Help", "static_agents": ["1000"]}
    level = {"levels": [{"agent": "1000", "level": 1}]}
    queue = new_queue(NewQueue.model_validate({**asked, **level}), SECRETS)
    left = changed_queue(queue, QueueChange.model_validate({"static_agents": ["1001"]}), SECRETS)
    assert left.options["levels"] == []


def test_the_engine_is_told_all_that_the_form_says() -> None:
    agents = QueueAgent("1000"), QueueAgent("1001", static=False)
    rules = QueueRules.model_validate(
        {
            **OTHERS,
            "leave_when_empty": "custom",
            "dial_in_empty": "custom",
            "levels": [{"agent": "1001", "level": 2, "rings_busy": "no"}],
        }
    )
    told = call_queue(QueueEntry("6500", "Help", agents), rules, lambda prompt: prompt)
    settings = told.settings
    seats = [(each.number, each.level, each.rings_in_use) for each in settings.agents]
    assert seats == [("1000", 0, None), ("1001", 2, False)]
    assert told.skills == {"French": 5}
    assert settings.level_rules == (LevelRule(30, 0, 1),)
    assert settings.skill_rules == (SkillRule(60, 2),)
    assert settings.join_empty == {Condition.IN_USE, Condition.ON_BREAK}
    assert settings.leave_empty == {Condition.WRAP_UP}
    assert (settings.vips, settings.vip_priority, settings.resume_s) == ({"00493055"}, 7, 90)
    misses = settings.unanswered, settings.refused, settings.unreachable
    assert misses == (Miss(20, 3), Miss(0, 2), Miss(60, 4))
    assert settings.callbacks.retries == 1
    assert settings.announcements.prompts == ("advert", "hello")
    assert settings.beside_chats == 3


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


def test_a_queue_tells_phones_how_to_ring_unless_it_says_none() -> None:
    assert alert_info({"alertinfo": "none"}) == alert_info({"alertinfo": "custom"}) == ""
    assert alert_info({"alertinfo": "ring3"}) == "<http://127.0.0.1>;info=ring3"
