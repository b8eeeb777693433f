"""What is set of a queue and of its agents. A change is valid at once, for those who wait too."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from pbxcore.dialplan.place import HANG_UP, Place


class Strategy(enum.StrEnum):
    """Who of the available agents rings first; see `strategies`."""

    RING_ALL = "ring_all"
    LINEAR = "linear"
    LEAST_RECENT = "least_recent"
    FEWEST_CALLS = "fewest_calls"
    RANDOM = "random"
    ROUND_ROBIN = "round_robin"
    WEIGHTED_RANDOM = "weighted_random"
    RING_PROGRESSIVELY = "ring_progressively"
    LONGEST_IDLE = "longest_idle"
    SKILLS = "skills"


class Condition(enum.StrEnum):
    """Why an agent does not count for those who wait (the join and leave conditions)."""

    ON_BREAK = "on_break"
    LEVEL = "level"
    IN_USE = "in_use"
    RINGING = "ringing"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    WRAP_UP = "wrap_up"


NEVER: Final[frozenset[Condition]] = frozenset()
LOOSE: Final = frozenset({Condition.ON_BREAK, Condition.INVALID})
STRICT: Final = LOOSE | {Condition.UNAVAILABLE}
"""*Leave When Empty* no, yes, strict; *Dial in Empty Queue* yes, no, strict."""


class QueueAgent(msgspec.Struct, frozen=True):
    """Who may serve a queue.

    `level` is the penalty: lower levels ring first. A static agent serves unless logged off, a
    dynamic one while logged in. `rings_in_use`: rung during calls of their own too; None: as the
    queue has it.
    """

    number: str
    level: int = 0
    static: bool = True
    rings_in_use: bool | None = None


class LevelRule(msgspec.Struct, frozen=True):
    """From `after_s` of waiting, agents of levels `lowest` to `highest` serve; None: no bound.

    Agents below `raised_to` count as of that level, so that they are tried beside those of it.
    """

    after_s: float
    lowest: int | None = None
    highest: int | None = None
    raised_to: int | None = None


class SkillRule(msgspec.Struct, frozen=True):
    """From `after_s` of waiting, all that is asked of an agent's skills is `lowered_by` less."""

    after_s: float
    lowered_by: int


class Miss(msgspec.Struct, frozen=True):
    """What an offer that came to nothing does to its agent.

    He is left alone for `rest_s`, and sent on a break after `break_after` in a row; 0: never.
    """

    rest_s: float = 0.0
    break_after: int = 0


class Announcements(msgspec.Struct, frozen=True):
    """What those who wait are told; agents are rung meanwhile.

    Position and wait are told every `every_s`, first at once and, with `on_improvement`, whenever
    the place is a better one; never a higher figure than before. The wait is told from
    `hold_time_from_s`. `prompts` follow one another (or by chance) every `prompts_every_s`.
    """

    position: bool = False
    highest_position: int = 0
    hold_time: bool = False
    hold_time_from_s: float = 120.0
    every_s: float = 20.0
    on_improvement: bool = False
    prompts: tuple[str, ...] = ()
    prompts_every_s: float = 60.0
    prompts_first_s: float | None = None
    prompts_by_chance: bool = False


class Callbacks(msgspec.Struct, frozen=True):
    """The virtual queue: who waits may hang up, keeps the place, and is called back.

    Offered after `offered_after_s` (and as often again; None: not by itself), or asked for with
    `key`. The customer is called once an agent has answered for him, with `prefix` before a
    number outside, as `caller_id`, for `ring_s`; after a failure again up to `retries` times, each
    `retry_after_s` later. Nobody is called back `lasts_s` after he entered.
    """

    enabled: bool = False
    offered_after_s: float | None = 20.0
    key: str = ""
    prefix: str = ""
    caller_id: str = ""
    ring_s: float = 60.0
    retries: int = 3
    retry_after_s: float = 600.0
    lasts_s: float = 86_400.0


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is set of one queue; `number` names it.

    Attributes:
        agents: in the order in which LINEAR tries them; dynamic ones follow as they log in.
        weight: of two queues that could use an agent, the one with the higher weight has him.
        static_login: static agents come and go too; once they may not, they all serve.
        ring_s: so long one agent rings; `reach_s`: so long until something of his is heard to ring
            (0: for ever); `progress_s`: until RING_PROGRESSIVELY adds the next one.
        retry_s: after everyone available was tried, the pause before they are rung again.
        wrap_up_s: after a call; the longest of an agent's queues is his.
        rings_in_use: agents are rung during calls that are not of the queues.
        autofill: as many callers are offered as there are agents, not the first one alone.
        beside_chats: an agent with more chats than that is not called; None: any number will do.
        calls_the_full: so is one whom his chats fill, as his profile says when.
        max_length: of those who wait; 0: any.
        max_wait_s: None: as long as they like. `max_wait_empty_s`: while no agent is there at all.
        join_empty: nobody enters while one of these holds for each agent; `leave_empty`: all leave.
        level_wait_s: agents of level n serve those who waited n times that, or if nobody of a lower
            level is logged in.
        levels_from: with fewer agents than that all count as of one level.
        vips: numbers that enter with at least `vip_priority`.
        resume_s: who hung up less than that ago has the old place again.
        exit_keys: keys that lead elsewhere; `full_place` … are the fail-over destinations.
        service_level_s: who is answered within that is served well.
    """

    number: str
    name: str = ""
    agents: tuple[QueueAgent, ...] = ()
    strategy: Strategy = Strategy.RING_ALL
    weight: int = 0
    static_login: bool = False
    ring_s: float = 30.0
    reach_s: float = 0.0
    progress_s: float = 10.0
    retry_s: float = 5.0
    wrap_up_s: float = 10.0
    rings_in_use: bool = False
    autofill: bool = True
    beside_chats: int | None = None
    calls_the_full: bool = True
    max_length: int = 0
    max_wait_s: float | None = 60.0
    max_wait_empty_s: float | None = None
    join_empty: frozenset[Condition] = LOOSE
    leave_empty: frozenset[Condition] = STRICT
    level_wait_s: float = 0.0
    levels_from: int = 0
    level_rules: tuple[LevelRule, ...] = ()
    skill_rules: tuple[SkillRule, ...] = ()
    unanswered: Miss = Miss()
    refused: Miss = Miss(rest_s=5.0)
    unreachable: Miss = Miss(rest_s=5.0)
    breaks_everywhere: bool = True
    vips: frozenset[str] = frozenset()
    vip_priority: int = 10
    resume_s: float = 0.0
    announcements: Announcements = Announcements()
    callbacks: Callbacks = Callbacks()
    exit_keys: dict[str, Place] = {}
    full_place: Place = HANG_UP
    join_empty_place: Place = HANG_UP
    leave_empty_place: Place = HANG_UP
    max_wait_place: Place = HANG_UP
    service_level_s: float = 60.0

    def names(self, agent: str) -> bool:
        """Whether somebody is set to serve the queue, or may."""
        return any(each.number == agent for each in self.agents)


class AgentProfile(msgspec.Struct, frozen=True):
    """What is known of an agent in all queues; `skills` with how good he is at each.

    `most_chats` fill him; 0: none do.
    """

    number: str
    skills: dict[str, int] = {}
    most_chats: int = 0
