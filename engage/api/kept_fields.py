"""Which fields of inbound routes are kept and answered, and steer nothing."""

from __future__ import annotations

from engage.api.account_fields import YES_NO
from engage.api.fields import Field, Fields
from engage.api.values import Choice
from engage.people.call_forms import RINGS

ALERT = Fields((Field("alertinfo", Choice(RINGS), None, nullable=True),))
"""Our forms take any text for it, and programs one of these words."""

INBOUND = Fields(
    (
        Field("dialdirect", YES_NO, "no"),
        Field("enable_wlist", YES_NO, "no"),
    )
)
