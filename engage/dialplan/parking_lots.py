"""Parking lots as an administrator fills them in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engage.dialplan.fields import Destination, Number, missing_value
from engage.dialplan.model import NumberedForm
from engage.dialplan.music_classes import MusicChoice, music_hint
from engage.errors import N_
from pbxcore.dialplan.plan import ParkingLot

MOST_SLOTS = 200
LOT, RETURN = N_("Parking Lot"), N_("Return")


class ParkingLotForm(NumberedForm):
    """Numbered slots where calls wait until somebody takes them."""

    number: Number = Field(
        default="700",
        title=N_("Extension"),
        description=N_("A call that is transferred to it takes the first free slot."),
        json_schema_extra={"control": "text", "section": LOT},
    )
    as_extension: bool = Field(
        default=True,
        title=N_("Use Parking Lot as Extension"),
        description=N_(
            "Whoever calls it is told a free slot. Without it, calls are transferred to a slot, or"
            " parked by the code."
        ),
        json_schema_extra={"control": "switch", "section": LOT},
    )
    first_slot: Number = Field(
        default="701",
        title=N_("First Slot"),
        json_schema_extra={"control": "text", "section": LOT},
    )
    last_slot: Number = Field(
        default="720",
        title=N_("Last Slot"),
        description=N_("Whoever dials a slot takes the call that waits there."),
        json_schema_extra={"control": "text", "section": LOT},
    )
    timeout_s: Annotated[int, Field(ge=0, le=99_999)] = Field(
        default=300,
        title=N_("Parking Timeout"),
        description=N_("Then the call returns to who parked it. 0: never."),
        json_schema_extra={"control": "number", "section": RETURN, "unit": N_("seconds")},
    )
    rings_all: bool = Field(
        default=True,
        title=N_("Ring All on Timeout"),
        description=N_(
            "The call returns to all phones of the extension that parked it, else to the phone that"
            " did."
        ),
        json_schema_extra={"control": "switch", "section": RETURN},
    )
    forwards_on_timeout: bool = Field(
        default=False,
        title=N_("Forward to Destination on Timeout"),
        description=N_(
            "The call goes to the failover destination at once, without returning to who parked it."
        ),
        json_schema_extra={"control": "switch", "section": RETURN},
    )
    music: MusicChoice = Field(
        default="",
        title=N_("Music On Hold"),
        json_schema_extra=music_hint(LOT, N_("Default")),
    )
    destination: Destination = Field(
        default=Destination(kind="hang_up"),
        title=N_("Failover Destination"),
        description=N_(
            "Where a call goes that is not taken on its return. With Hang up it returns twice more"
            " before it ends."
        ),
        json_schema_extra={"control": "group", "section": RETURN},
    )

    @property
    def slots(self) -> tuple[str, ...]:
        """The numbers of the slots, as long as the first."""
        first, last, length = int(self.first_slot), int(self.last_slot), len(self.first_slot)
        return tuple(str(each).zfill(length) for each in range(first, last + 1)[:MOST_SLOTS])

    def numbers(self) -> dict[str, str]:
        """Its own number and those of the slots, with the field each is given in."""
        return {self.number: "number"} | dict.fromkeys(self.slots, "first_slot")

    def lot(self) -> ParkingLot:
        """As the PBX knows it."""
        place = self.destination.place
        return ParkingLot(
            self.number,
            self.name,
            self.slots,
            self.timeout_s,
            place,
            self.music,
            rings_all=self.rings_all,
            is_dialled=self.as_extension,
            goes_straight=self.forwards_on_timeout,
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        first, last = int(self.first_slot), int(self.last_slot)
        if not 0 <= last - first < MOST_SLOTS or len(self.first_slot) != len(self.last_slot):
            found["last_slot"] = N_("Slots are at most 200 numbers of the same length, in order.")
        elif self.number in self.slots:
            found["number"] = N_("A slot has this number.")
        if self.destination.kind == "by_did":
            found["destination.kind"] = N_("This is none of the choices.")
        elif self.destination.kind == "hang_up" and self.forwards_on_timeout:
            found["destination.kind"] = N_("Choose where calls go after the timeout.")
        return {name: problem for name, problem in found.items() if problem is not None}
