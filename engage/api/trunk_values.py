"""How a trunk stands, in the words of the protocol. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engage.telephony.trunk_model import TrunkEntry

KIND = "trunk"
"""Under which trunks are numbered."""
WORDS = {
    "registered": "Registered",
    "trying": "Request Sent",
    "rejected": "Rejected",
    "unreachable": "Unreachable",
    "reachable": "Reachable",
}


def status_of(entry: TrunkEntry, state: str) -> str:
    """By how the PBX says that it stands; empty where it has said nothing."""
    form = entry.form
    registers = form.kind == "register" and form.need_registration
    if form.disabled:
        return "Unregistered" if registers else "Unmonitored"
    if not state:
        return "Unknown"
    return WORDS.get(state, "Unregistered" if registers else "Unmonitored")
