"""A call queue as the PBX is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.dialplan.call_queue import NOTICE, CallQueue
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.queues.settings import (
    LOOSE,
    NEVER,
    STRICT,
    AgentProfile,
    Announcements,
    Callbacks,
    Miss,
    QueueAgent,
    QueueSettings,
    Strategy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.people.model import ExtensionEntry, QueueEntry
    from engage.people.queue_forms import QueueDestination, QueueRules

SHORTEST_INTERVAL_S: Final = 15
"""Announcements that follow one another at once are all that a caller would hear."""
_LEAVING: Final = {"no": NEVER, "yes": LOOSE, "strict": STRICT}
_JOINING: Final = {"yes": NEVER, "no": LOOSE, "strict": STRICT}


def call_queue(queue: QueueEntry, rules: QueueRules, path_of: Callable[[str], str]) -> CallQueue:
    """A queue with its agents; `path_of` tells the file of a custom prompt, "" of none."""
    return CallQueue(
        settings=_settings(queue, rules, path_of),
        welcome=path_of(rules.welcome),
        music=rules.music,
        recorded=rules.auto_record,
        tells_hold_time=rules.tells_hold_time,
        names_queue=rules.name_on_phones,
        replaces_name=rules.replaces_name,
        alert_info=str(queue.options.get("alertinfo") or ""),
        pin=rules.pin,
        feature_codes=rules.feature_codes,
        static_login=rules.static_login,
    )


def agent_profile(extension: ExtensionEntry) -> AgentProfile:
    """What the queues are to know of an agent."""
    rules = extension.agent_rules
    return AgentProfile(extension.number, dict(rules.skills), rules.chat_capacity)


def _settings(queue: QueueEntry, rules: QueueRules, path_of: Callable[[str], str]) -> QueueSettings:
    elsewhere = _place(rules.empty_destination)
    missed = Miss(break_after=rules.missed_to_pause)
    return QueueSettings(
        number=queue.number,
        name=queue.name,
        agents=tuple(QueueAgent(each.number, static=each.static) for each in queue.agents),
        strategy=Strategy(rules.strategy),
        weight=rules.weight,
        ring_s=rules.ring_s,
        retry_s=rules.retry_s,
        wrap_up_s=rules.wrap_up_s,
        rings_in_use=rules.rings_busy,
        autofill=rules.autofill,
        beside_chats=rules.beside_chats if rules.blend == "few" else None,
        calls_the_full=rules.blend != "room",
        max_length=rules.max_length,
        max_wait_s=rules.max_wait_s or None,
        join_empty=_JOINING[rules.dial_in_empty],
        leave_empty=_LEAVING[rules.leave_when_empty],
        unanswered=missed,
        announcements=_announcements(rules, path_of(rules.repeated)),
        callbacks=_callbacks(rules),
        exit_keys={rules.exit_key: _place(rules.exit_destination)} if rules.exit_key else {},
        full_place=elsewhere,
        join_empty_place=elsewhere,
        leave_empty_place=elsewhere,
        max_wait_place=_place(rules.timeout_destination),
        service_level_s=rules.service_level_s,
    )


def _announcements(rules: QueueRules, repeated: str) -> Announcements:
    told = rules.announce_every_s > 0
    return Announcements(
        position=told and rules.announces_position,
        hold_time=told and rules.announces_wait,
        every_s=max(rules.announce_every_s, SHORTEST_INTERVAL_S),
        prompts=(repeated,) if repeated else (),
        prompts_every_s=rules.repeated_every_s,
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
    )


def _place(to: QueueDestination) -> Place:
    match to.kind:
        case "prompt":
            return NOTICE
        case "hang_up":
            return HANG_UP
        case kind:
            return Place(kind, to.value) if to.value else HANG_UP
