"""How far somebody may call, as forms say it (`pbxcore.dialplan.permissions`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engage.errors import N_

if TYPE_CHECKING:
    from pydantic.config import JsonDict

Permission = Literal[
    "internal",
    "internal-local",
    "internal-local-national",
    "internal-local-national-international",
]
PERMISSION_WORDS: JsonDict = {
    "internal": N_("Internal"),
    "internal-local": N_("Local"),
    "internal-local-national": N_("National"),
    "internal-local-national-international": N_("International"),
}
