"""What an IVR's form makes of itself for the PBX."""

from __future__ import annotations

from engage.dialplan.ivr_forms import IvrForm
from pbxcore.apps.ivr import MenuKey
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.dialplan.window import Window

SOUNDS = {"p1": "/sounds/p1.ogg"}


def form(**fields: object) -> IvrForm:
    return IvrForm.model_validate({"name": "Main", "number": "7000", **fields})


def test_keys_lead_to_places_and_prompts_are_files() -> None:
    ivr = form(
        prompts=["p1", "gone"],
        keys=[{"key": "1", "condition": 1, "destination": {"kind": "ivr", "value": "7001"}}],
        dials=["extension"],
    ).ivr(lambda prompt: SOUNDS.get(prompt, ""))
    assert ivr.welcome == ("/sounds/p1.ogg",)
    assert ivr.keys == (MenuKey("1", Place("ivr", "7001"), Window(1)),)
    assert (ivr.timeout, ivr.dials, ivr.kind) == (HANG_UP, ("extension",), "ivr")


def test_a_list_needs_names_and_destinations_need_values() -> None:
    found = form(listing="only", invalid_destination={"kind": "extension"}).problems()
    assert set(found) == {"listed", "invalid_destination.value"}
    assert form(listing="never", listed_outside="_0900X.").problems() == {}
