"""Conference rooms as an administrator fills them in."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Annotated

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Members, Number
from engage.dialplan.model import NumberedForm
from engage.dialplan.music_classes import MusicChoice, music_hint
from engage.errors import N_
from engage.form_hints import extensions_hint
from pbxcore.apps.conferences import ConferenceRoom

EASILY_GUESSED = N_("This PIN is too easily guessed.")
ROOM, WHO, COURSE = N_("Conference Room"), N_("Who may come in"), N_("During the conference")
Pin = Annotated[str, StringConstraints(pattern=r"^([0-9]{4,12})?$")]


class ConferenceRoomForm(NumberedForm):
    """A room where everybody hears everybody."""

    number: Number = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 6300 to 6399 are usual."),
        json_schema_extra={"control": "text", "section": ROOM},
    )
    most: Annotated[int, Field(ge=0, le=300)] = Field(
        default=0,
        title=N_("Maximum Participants"),
        description=N_("0: as many as there is room for. Hosts come in always."),
        json_schema_extra={"control": "number", "section": ROOM},
    )
    pin: Pin = Field(
        default="",
        title=N_("PIN"),
        description=N_(
            "Four to twelve digits that guests are asked for; not such as 1234, 0000 or 321321."
        ),
        json_schema_extra={"control": "text", "section": WHO},
    )
    host_pin: Pin = Field(
        default="",
        title=N_("Host PIN"),
        description=N_("Whoever enters it may lock the room and remove others."),
        json_schema_extra={"control": "text", "section": WHO},
    )
    hosts: Members = Field(
        default_factory=list,
        title=N_("Hosts"),
        description=N_("Extensions that are hosts without a PIN."),
        json_schema_extra=extensions_hint(WHO),
    )
    waits_for_host: bool = Field(
        default=False,
        title=N_("Wait for Host"),
        description=N_("The conference begins when a host comes in."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )
    ends_with_host: bool = Field(
        default=False,
        title=N_("End with Host"),
        description=N_("The conference ends when the last host has left."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )
    muted: bool = Field(
        default=False,
        title=N_("Mute Guests"),
        description=N_("Guests are muted when they come in."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )
    chimes: bool = Field(
        default=True,
        title=N_("Chimes"),
        description=N_("A tone tells who comes and goes."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )

    music: MusicChoice = Field(
        default="",
        title=N_("Music On Hold"),
        description=N_("Heard by whoever is alone, or waits for the host."),
        json_schema_extra=music_hint(COURSE, N_("Default")),
    )

    announces: bool = Field(
        default=False,
        title=N_("Announce Callers"),
        description=N_("Everybody says his name, which the others hear when he comes and goes."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        description=N_("From the first who comes to the last who goes; everybody is told."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )

    menu: bool = Field(
        default=True,
        title=N_("Enable Caller Menu"),
        description=N_("Guests have a menu of keys after the star. Hosts have it always."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )
    guests_invite: bool = Field(
        default=False,
        title=N_("Allow User Invite"),
        description=N_("Guests may invite others and link rooms by the menu, as hosts do."),
        json_schema_extra={"control": "switch", "section": COURSE},
    )

    def room(self) -> ConferenceRoom:
        """As the PBX knows it."""
        return ConferenceRoom(
            self.number,
            self.name,
            self.pin,
            self.host_pin,
            tuple(self.hosts),
            waits_for_host=self.waits_for_host,
            ends_with_host=self.ends_with_host,
            muted=self.muted,
            chimes=self.chimes,
            most=self.most,
            music=self.music,
            announces=self.announces,
            recorded=self.auto_record,
            menu=self.menu,
            guests_invite=self.guests_invite,
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        for name, pin in (("pin", self.pin), ("host_pin", self.host_pin)):
            if is_easily_guessed(pin):
                return {name: EASILY_GUESSED}
        if self.pin and self.pin == self.host_pin:
            return {"host_pin": N_("Hosts need another PIN than guests.")}
        if (self.waits_for_host or self.ends_with_host) and not (self.host_pin or self.hosts):
            return {"hosts": N_("Choose a host, or a PIN for hosts.")}
        return {}


def is_easily_guessed(pin: str) -> bool:
    """Whether a PIN is one that people try first: 0000, 1234, 4321, 321321, 111222."""
    if not pin:
        return False
    steps = {int(then) - int(one) for one, then in pairwise(pin)}
    lengths = (each for each in range(2, len(pin) // 2 + 1) if len(pin) % each == 0)
    repeats = any(pin[:each] * (len(pin) // each) == pin for each in lengths)
    runs = [len(list(run)) for _, run in groupby(pin)]
    return steps in ({-1}, {0}, {1}) or repeats or min(runs) > 2
