"""How the administration draws a field of a form: the members of its schema that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic.config import JsonDict


def hint(control: str, section: str = "", **more: Any) -> JsonDict:
    """Which control, below which heading, and what else the control wants to know."""
    found: JsonDict = {"control": control, **more}
    return found | ({"section": section} if section else {})


def extensions_hint(section: str = "") -> JsonDict:
    """How a form lets several extensions be chosen, by their numbers."""
    choices = "/v1/choices/extensions"
    return hint("multiselect", section, choices=choices, choice_value="number")


def groups_hint(section: str = "") -> JsonDict:
    """How a form lets several groups of extensions be chosen, by their ids."""
    return hint("multiselect", section, choices="/v1/choices/extension-groups")
