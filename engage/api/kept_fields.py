"""Which fields of routes, groups and menus are kept and answered, and steer nothing."""

from __future__ import annotations

import re

from engage.api.account_fields import ALERT_INFO, EXTENSIONS, PATTERNS, YES_NO
from engage.api.fields import Field, Fields
from engage.api.values import Choice, Line, Whole

SUFFIX = Line(16, 1, re.compile(r"[0-9A-Za-z*#_-]+"), "digits, letters and * # _ -")

ALERT = Fields((Field("alertinfo", Choice(ALERT_INFO), None, nullable=True),))
"""Our forms take any text for it, and programs one of these words."""

INBOUND = Fields(
    (
        Field("dialdirect", YES_NO, "no"),
        Field("enable_wlist", YES_NO, "no"),
        Field("seamless_transfer_did_whitelist", EXTENSIONS, ""),
        Field("inbound_mode", Whole(0, 9), 0),
        Field("inbound_suffix", SUFFIX, None, nullable=True),
    )
)
DID = Fields(
    tuple(
        Field(name, YES_NO, "no")
        for name in ("ext_multimedia_conference", "ext_directory", "ext_fax")
    )
)
IVR = Fields(
    (
        Field("ivr_out_blackwhite_list", PATTERNS, ""),
        Field("dial_multimedia_conference", YES_NO, "no"),
        Field("dial_fax", YES_NO, "no"),
    )
)
