"""Which agents may serve a caller: levels and skills, which widen as he waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.settings import LevelRule, Strategy

if TYPE_CHECKING:
    from pbxcore.queues.floor import Duty, Queue, Waiting
    from pbxcore.queues.strategies import Candidate

_ALL: Final = LevelRule(0.0)


def candidates(queue: Queue, caller: Waiting, now: float) -> list[Candidate]:
    """The free agents of a queue who may serve a caller, with the level as of which they count.

    Of those who ring all together, nobody joins who is of a higher level than they are.
    """
    settings = queue.settings
    flat = len(queue.duties) < settings.levels_from
    rule = level_rule(caller, now)
    wanted = wanted_skills(caller, now)
    plain = rule is _ALL and not settings.level_wait_s
    found: list[Candidate] = []
    for duty in queue.free.values():
        if (wanted and not is_skilled(duty, wanted)) or hears_in_clear(duty, caller):
            continue
        if flat:
            found.append((0, duty))
        elif plain:
            found.append((duty.settings.level, duty))
        elif admits(rule, duty) and _is_time_for(duty, caller, now):
            found.append((max(duty.settings.level, rule.raised_to or 0), duty))
    if caller.leases and settings.strategy is Strategy.RING_ALL:
        return [each for each in found if each[0] <= caller.level]
    return found


def hears_in_clear(duty: Duty, caller: Waiting) -> bool:
    """Whether a caller may not be connected with an agent's phones (RFC 3261 §26.2.2)."""
    return caller.secure and duty.agent.in_clear


def _has_waited(caller: Waiting, seconds: float, now: float) -> bool:
    # the sum is what timers are set to: a difference might fall short of it by rounding
    return caller.entered + seconds <= now


def level_rule(caller: Waiting, now: float) -> LevelRule:
    """The last rule that holds for somebody who has waited so long."""
    rules = caller.queue.settings.level_rules
    holding = [rule for rule in rules if _has_waited(caller, rule.after_s, now)]
    return max(holding, key=lambda rule: rule.after_s) if holding else _ALL


def admits(rule: LevelRule, duty: Duty) -> bool:
    """Whether an agent's level is within the bounds of a rule."""
    level = duty.settings.level
    if rule.lowest is not None and level < rule.lowest:
        return False
    return rule.highest is None or level <= rule.highest


def _is_time_for(duty: Duty, caller: Waiting, now: float) -> bool:
    """Whether a caller has waited for the agent's level, or there is no lower one."""
    level = duty.settings.level
    if _has_waited(caller, level * duty.queue.settings.level_wait_s, now):
        return True
    return all(each.settings.level >= level for each in duty.queue.duties.values())


def wanted_skills(caller: Waiting, now: float) -> dict[str, int]:
    """What is still asked of an agent after so long a wait."""
    asked = caller.caller.skills
    if not asked:
        return asked
    rules = caller.queue.settings.skill_rules
    lowered = sum(rule.lowered_by for rule in rules if _has_waited(caller, rule.after_s, now))
    return {name: level - lowered for name, level in asked.items() if level > lowered}


def is_skilled(duty: Duty, wanted: dict[str, int]) -> bool:
    """Whether an agent is good enough at everything."""
    skills = duty.agent.profile.skills
    return all(skills.get(name, 0) >= level for name, level in wanted.items())


def widens_at(caller: Waiting, now: float) -> float | None:
    """When other agents than now may serve a caller."""
    settings = caller.queue.settings
    steps = [rule.after_s for rule in settings.level_rules]
    if caller.caller.skills:
        steps += [rule.after_s for rule in settings.skill_rules]
    if settings.level_wait_s:
        steps += [each.level * settings.level_wait_s for each in settings.agents]
    return min((at for step in steps if (at := caller.entered + step) > now), default=None)
