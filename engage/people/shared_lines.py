"""An extension that is one line at several places, between its options, its form and the PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body
from engage.people import policy
from pbxcore.features.shared_line import Location, SharedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ENABLED, OPTION = "sca_enable", "sca"
"""The first is the HTTPS API's name of the switch; the rest of the form lies in the other."""


class LocationRow(Body):
    """A place where the line appears."""

    number: Annotated[str, StringConstraints(max_length=18)] = Field(
        title=N_("Private Number"), json_schema_extra={"control": "text"}
    )
    originates: bool = Field(default=True, title=N_("Calls from Here"))
    terminates: bool = Field(default=True, title=N_("Rings Here"))


class SharedLineForm(Body):
    """Which places share the line, and what one may do with the calls of another."""

    enabled: bool = Field(default=False, title=N_("Enable"))
    locations: Annotated[list[LocationRow], Field(max_length=20)] = Field(
        default_factory=list,
        title=N_("Places"),
        description=N_(
            "Phones there register with the private number, and the extension's Authentication ID"
            " and password."
        ),
        json_schema_extra={"control": "rows"},
    )
    retrieves: bool = Field(
        default=True,
        title=N_("Retrieve Held Calls Elsewhere"),
        description=N_("Unless they are held privately."),
    )
    bridges: bool = Field(
        default=False,
        title=N_("Join Calls of Other Places"),
        description=N_("Everybody who talks hears each other then."),
    )
    warns: bool = Field(default=True, title=N_("Tone When Somebody Joins"))
    many_calls: bool = Field(
        default=True,
        title=N_("Calls at Several Places at Once"),
        description=N_("Without it, the line is at one place at a time."),
    )
    pages_all: bool = Field(default=False, title=N_("Pages Reach Every Place"))


USUAL: Final = SharedLineForm()


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """The form, as an extension's options have it."""
    kept = options.get(OPTION) or {}
    return {**USUAL.model_dump(), **kept, "enabled": options.get(ENABLED) == "yes"}


def options_for(form: Mapping[str, Any]) -> dict[str, Any]:
    """The options, as the form has them."""
    kept = {name: value for name, value in form.items() if name != "enabled"}
    return {ENABLED: "yes" if form["enabled"] else "no", OPTION: kept}


def shared_line_of(options: Mapping[str, Any]) -> SharedLine | None:
    """What the PBX is told; None for an extension that shares nothing."""
    form = shown(options)
    if not form.pop("enabled"):
        return None
    locations = (Location(**each) for each in form.pop("locations"))
    return SharedLine(tuple(locations), **form)


def private_numbers(options: Mapping[str, Any]) -> Iterator[str]:
    """The numbers that the line has taken, whether it is shared now or not."""
    return (each["number"] for each in (options.get(OPTION) or {}).get("locations", ()))


def problem(form: Mapping[str, Any], taken: Callable[[str], bool]) -> str | None:
    """What is wrong with the numbers of the places; `taken` tells those of others."""
    numbers = [each["number"] for each in form["locations"]]
    for each in numbers:
        if found := policy.number_problem(each):
            return found
    if len(set(numbers)) < len(numbers) or any(map(taken, numbers)):
        return N_("Each place needs a private number that nothing else has.")
    return None
