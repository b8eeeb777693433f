"""A call queue as the PBX knows it: how it serves, and what callers and agents see and hear."""

from __future__ import annotations

from typing import Final

import msgspec

from pbxcore.dialplan.place import Place
from pbxcore.queues.settings import QueueSettings

NOTICE: Final = Place("notice")
"""Where callers hear why nobody serves them, before they are hung up."""


class CallQueue(msgspec.Struct, frozen=True, kw_only=True):
    """One queue.

    `welcome` is a sound file, `music` a class; none: nothing is said, the usual music. Agents hear
    how long the caller has waited with `tells_hold_time`; their phones show the queue's name before
    the caller's with `replaces_name`, and before that a `name_prefix`; phones that know how to show
    the queue's name beside that get it with `names_queue`. Dynamic agents, and static ones where
    `settings` let them, come and go by phone, and need the `pin` for that, if there is one; agents
    take breaks by code with `feature_codes`.
    Talks are `recorded`: `all` of them, those of `external` or `internal` callers, or none (`off`);
    an agent pauses and resumes that by code with `record_code` alone. Callers ask for `skills`,
    each with the least level, and come with a `priority`. Who goes on to a number outside may call
    as far as `permission` ("": as before the queue), and who goes on to a mailbox hears the sound
    file `mailbox_prompt` before. With a `survey` callers are asked how satisfied they are once the
    agent has hung up.
    """

    settings: QueueSettings
    welcome: str = ""
    music: str = ""
    recorded: str = "off"
    record_code: bool = False
    tells_hold_time: bool = False
    names_queue: bool = True
    replaces_name: bool = False
    name_prefix: str = ""
    alert_info: str = ""
    pin: str = ""
    feature_codes: bool = False
    skills: dict[str, int] = {}
    priority: int = 0
    permission: str = ""
    mailbox_prompt: str = ""
    survey: bool = False

    def records(self, *, internal: bool) -> bool:
        """Whether talks with such callers are recorded without being asked for."""
        return self.recorded in ("all", "internal" if internal else "external")
