"""The fields of a call queue, the same for reading, changing and adding."""

from __future__ import annotations

import re

from engage.api.account_fields import EXTENSIONS, NUMBER, YES_NO
from engage.api.fields import Field, Fields
from engage.api.values import Choice, CommaList, Line, Whole, matching, one_of
from engage.people.call_forms import RINGS
from engage.people.call_rules import RECORDED
from engage.people.queue_clearing import DAYS, MONTHS
from pbxcore.dialplan.permissions import LEVELS

STRATEGIES = (
    *("ringall", "linear", "leastrecent", "fewestcalls", "random", "memory"),
    *("wrandom", "progressive", "longestidle", "skills"),
)
"""The last three are ours."""
POLICY = Choice(("yes", "no", "strict"))
DESTINATIONS = (
    *("playsound", "account", "voicemail", "queue", "ringgroup", "vmgroup", "ivr"),
    *("external_number", "hangup"),
)
CYCLE_DESTINATIONS = tuple(each for each in DESTINATIONS if each not in ("playsound", "hangup"))
TARGETS = (
    *("vm_extension", "account", "vmgroup", "ivr", "ringgroup", "queue_dest", "external_number"),
    *("announcement", "directory"),
)
LONGEST_S = 86_400

NAME = Line(64)
FILE = Line(128)
PIN = Line(18, 1, re.compile(r"[0-9]+"), "digits")
TARGET = Line(64, 1, re.compile(r"[0-9A-Za-z+*#_.-]+"), "digits, letters and + * # _ . -")
SECONDS = Whole(0, LONGEST_S)


def _destination(suffix: str, choices: tuple[str, ...], default: str) -> tuple[Field, ...]:
    """A destination's kind, and a field for the target of each kind."""
    return (
        Field(f"destination_type_{suffix}", Choice(choices), default, effective=True),
        *(
            Field(f"{target}_{suffix}", TARGET, None, nullable=True, effective=True)
            for target in TARGETS
        ),
    )


_LEGACY = tuple(Field(name, TARGET, None, nullable=True, written=False) for name in TARGETS)

QUEUE = Fields(
    (
        Field("extension", NUMBER, home="number"),
        Field("queue_name", NAME, home="name"),
        Field("members", EXTENSIONS, None, nullable=True, home="static_agents"),
        Field(
            "strategy",
            Choice(STRATEGIES, (("rrmemory", "memory"),)),
            "ringall",
            effective=True,
        ),
        Field(
            "queue_chairmans",
            EXTENSIONS,
            None,
            nullable=True,
            aliases=("queue_chairman",),
            effective=True,
        ),
        Field("musicclass", NAME, "default", effective=True),
        Field("leavewhenempty", POLICY, "strict", effective=True),
        Field("joinempty", POLICY, "no", effective=True),
        Field("pin", PIN, None, nullable=True, secret=True, effective=True),
        Field("ringtime", Whole(5, LONGEST_S), 30, effective=True),
        Field("wrapuptime", SECONDS, 10, effective=True),
        Field("retry", Whole(1, LONGEST_S), 5, effective=True),
        Field("maxlen", Whole(0, 100_000), 0, effective=True),
        Field("queue_timeout", SECONDS, 60, effective=True),
        Field("reportholdtime", YES_NO, "no", effective=True),
        Field("auto_record", Choice(RECORDED), "off", effective=True),
        Field("enable_feature", YES_NO, "no", effective=True),
        Field("alertinfo", Choice(RINGS), None, nullable=True, effective=True),
        Field("replace_caller_id", YES_NO, "no", effective=True),
        Field("enable_agent_login", YES_NO, "no", effective=True),
        Field("autofill", YES_NO, "yes", effective=True),
        Field("announce_position", YES_NO, "no", effective=True),
        Field("announce_holdtime", YES_NO, "no", effective=True),
        Field("announce_frequency", SECONDS, 20, effective=True),
        Field("voice_prompt_time", Whole(20, 200), 60, effective=True),
        Field("custom_prompt", FILE, None, nullable=True, effective=True),
        Field("enable_welcome", YES_NO, "no", effective=True),
        Field("custom_welcome_prompt", FILE, None, nullable=True, effective=True),
        Field("destination_voice_enable", YES_NO, "no", effective=True),
        Field("vq_switch", YES_NO, "no", effective=True),
        Field(
            "vq_mode",
            # the guide prints yes and no as well
            Choice(
                ("periodic", "dtmf"),
                (("timeout", "periodic"), ("no", "periodic"), ("digit", "dtmf"), ("yes", "dtmf")),
            ),
            "periodic",
            effective=True,
        ),
        Field("vq_periodic", SECONDS, 20, effective=True),
        Field("vq_outprefix", Line(16), None, nullable=True, effective=True),
        Field("vq_callback_enable_timeout", YES_NO, "no", effective=True),
        Field("vq_callback_timeout", SECONDS, 60, effective=True),
        Field("enable_vq_notification", YES_NO, "no"),
        Field("notification_prompt", FILE, None, nullable=True),
        Field("notification_frequency", Whole(20, 600), 60),
        *_destination("t", DESTINATIONS, "hangup"),
        *_destination("v", CYCLE_DESTINATIONS, "account"),
        *_destination("el", DESTINATIONS, "playsound"),
        Field("destination_type", Choice(DESTINATIONS), "voicemail", written=False),
        *_LEGACY,
        Field(
            "schedule_clean_enable",
            Choice(("no", "yes", "once", "daily", "week", "month")),
            "no",
            effective=True,
        ),
        Field("pagingtype", Choice(("once", "daily", "week", "month")), "once", effective=True),
        Field(
            "starttime", Line(19, 1, re.compile(r"[0-9: -]+")), None, nullable=True, effective=True
        ),
        Field("week_date", CommaList(one_of(DAYS), "days"), None, nullable=True, effective=True),
        Field(
            "custom_months",
            CommaList(one_of(MONTHS), "months"),
            None,
            nullable=True,
            effective=True,
        ),
        Field(
            "custom_dates",
            CommaList(matching(re.compile(r"[1-9]|[12][0-9]|3[01]")), "days of the month"),
            None,
            nullable=True,
            effective=True,
        ),
        Field("permission", Choice(LEVELS), None, nullable=True, effective=True),
        Field("hasvoicemail", YES_NO, "no", written=False),
        Field("vmsecret", PIN, None, nullable=True, written=False),
        Field("email", NAME, None, nullable=True, written=False),
        Field("queuesasvm", YES_NO, "no", written=False),
        Field("enable_destination", Choice(("D",)), "D", written=False),
        Field("createid", NAME, "0", written=False),
        Field("waittime", SECONDS, None, nullable=True, written=False),
        Field("tmp", NAME, None, nullable=True, written=False),
        Field("tmp2", NAME, None, nullable=True, written=False),
    )
)
LISTED = ("extension", "queue_name", "strategy", "queue_chairmans", "members")
