"""A call queue as the PBX is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.people.call_handling import alert_info
from pbxcore.dialplan.call_queue import NOTICE, CallQueue
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.queues.settings import (
    LOOSE,
    NEVER,
    STRICT,
    AgentProfile,
    Announcements,
    Callbacks,
    Condition,
    LevelRule,
    Miss,
    QueueAgent,
    QueueSettings,
    SkillRule,
    Strategy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engage.people.model import ExtensionEntry, QueueEntry
    from engage.people.queue_fields import QueueDestination
    from engage.people.queue_forms import QueueRules

SHORTEST_INTERVAL_S: Final = 15
"""Announcements that follow one another at once are all that a caller would hear."""
_LEAVING: Final = {"no": NEVER, "yes": LOOSE, "strict": STRICT}
_AS_SAID: Final = {"usual": None, "yes": True, "no": False}
_JOINING: Final = {"yes": NEVER, "no": LOOSE, "strict": STRICT}


def call_queue(queue: QueueEntry, rules: QueueRules, path_of: Callable[[str], str]) -> CallQueue:
    """A queue with its agents; `path_of` tells the file of a custom prompt, "" of none."""
    return CallQueue(
        settings=_settings(queue, rules, path_of),
        welcome=path_of(rules.welcome),
        music=rules.music,
        recorded=rules.auto_record,
        record_code=rules.record_code,
        tells_hold_time=rules.tells_hold_time,
        names_queue=rules.name_on_phones,
        replaces_name=rules.replaces_name,
        name_prefix=rules.name_prefix,
        alert_info=alert_info(queue.options),
        pin=rules.pin,
        feature_codes=rules.feature_codes,
        skills={each.name: each.level for each in rules.asked_skills},
        priority=rules.caller_priority,
        permission=rules.permission,
        mailbox_prompt=path_of(rules.mailbox_prompt),
        survey=rules.survey,
    )


def agent_profile(extension: ExtensionEntry) -> AgentProfile:
    """What the queues are to know of an agent."""
    rules = extension.agent_rules
    return AgentProfile(extension.number, dict(rules.skills), rules.chat_capacity)


def _settings(queue: QueueEntry, rules: QueueRules, path_of: Callable[[str], str]) -> QueueSettings:
    elsewhere = _place(rules.empty_destination)
    return QueueSettings(
        number=queue.number,
        name=queue.name,
        agents=_agents(queue, rules),
        strategy=Strategy(rules.strategy),
        weight=rules.weight,
        static_login=rules.static_login,
        ring_s=rules.ring_s,
        reach_s=rules.reach_s,
        progress_s=rules.progress_s,
        retry_s=rules.retry_s,
        wrap_up_s=rules.wrap_up_s,
        rings_in_use=rules.rings_busy,
        autofill=rules.autofill,
        beside_chats=rules.beside_chats if rules.blend == "few" else None,
        calls_the_full=rules.blend != "room",
        max_length=rules.max_length,
        max_wait_s=rules.max_wait_s or None,
        max_wait_empty_s=rules.empty_wait_s or None,
        join_empty=_conditions(_JOINING, rules.dial_in_empty, rules.join_conditions),
        leave_empty=_conditions(_LEAVING, rules.leave_when_empty, rules.leave_conditions),
        level_wait_s=rules.level_wait_s,
        levels_from=rules.levels_from,
        level_rules=tuple(
            LevelRule(each.after_s, each.lowest, each.highest, each.raised_to)
            for each in rules.level_rules
        ),
        skill_rules=tuple(SkillRule(each.after_s, each.lowered_by) for each in rules.skill_rules),
        unanswered=Miss(rules.missed_rest_s, rules.missed_to_pause),
        refused=Miss(rules.refused_rest_s, rules.refused_to_pause),
        unreachable=Miss(rules.unreachable_rest_s, rules.unreachable_to_pause),
        breaks_everywhere=rules.pauses_everywhere,
        vips=frozenset(rules.vips),
        vip_priority=rules.vip_priority,
        resume_s=rules.resume_s,
        announcements=_announcements(rules, path_of),
        callbacks=_callbacks(rules),
        exit_keys={rules.exit_key: _place(rules.exit_destination)} if rules.exit_key else {},
        full_place=elsewhere,
        join_empty_place=elsewhere,
        leave_empty_place=elsewhere,
        max_wait_place=_place(rules.timeout_destination),
        service_level_s=rules.service_level_s,
    )


def _agents(queue: QueueEntry, rules: QueueRules) -> tuple[QueueAgent, ...]:
    rows = {each.agent: each for each in rules.levels}
    return tuple(
        QueueAgent(
            each.number,
            level=row.level if row else 0,
            static=each.static,
            rings_in_use=_AS_SAID[row.rings_busy] if row else None,
        )
        for each in queue.agents
        for row in (rows.get(each.number),)
    )


def _conditions(
    policies: Mapping[str, frozenset[Condition]], policy: str, chosen: Sequence[str]
) -> frozenset[Condition]:
    """Those of a policy, or those that were chosen."""
    if policy == "custom":
        return frozenset(Condition(each) for each in chosen)
    return policies[policy]


def _announcements(rules: QueueRules, path_of: Callable[[str], str]) -> Announcements:
    told = rules.announce_every_s > 0
    prompts = dict.fromkeys(path_of(each) for each in (rules.repeated, *rules.more_repeated))
    return Announcements(
        position=told and rules.announces_position,
        hold_time=told and rules.announces_wait,
        every_s=max(rules.announce_every_s, SHORTEST_INTERVAL_S),
        on_improvement=rules.announces_better,
        highest_position=rules.highest_position,
        hold_time_from_s=rules.wait_told_from_s,
        prompts=tuple(each for each in prompts if each),
        prompts_every_s=rules.repeated_every_s,
        prompts_by_chance=rules.repeated_by_chance,
    )


def _callbacks(rules: QueueRules) -> Callbacks:
    by_key = rules.virtual_mode == "key"
    return Callbacks(
        enabled=rules.virtual_queue,
        offered_after_s=None if by_key else rules.virtual_after_s,
        key=rules.virtual_key if by_key else "",
        prefix=rules.virtual_prefix,
        caller_id=rules.caller_id,
        ring_s=rules.virtual_ring_s,
        retries=rules.virtual_retries,
        retry_after_s=rules.virtual_retry_s,
        lasts_s=rules.virtual_lasts_s,
    )


def _place(to: QueueDestination) -> Place:
    match to.kind:
        case "prompt":
            return NOTICE
        case "hang_up":
            return HANG_UP
        case kind:
            return Place(kind, to.value) if to.value else HANG_UP
