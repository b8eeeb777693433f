"""Where recordings are kept, and for how long, as sections of settings."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from engage.calls.stores import OURS
from engage.errors import N_, Invalid, Refused
from engage.form_hints import hint

STORAGE, CLEANER = "recording_storage", "cleaner"
RECORDS, SOUND = N_("Call Records"), N_("Recordings")

Folder = Annotated[str, Field(max_length=1000)]
Days = Annotated[int, Field(ge=0, le=36_500)]


class StorageSettings(BaseModel):
    """Where recordings go once they are whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Recording Storage"))

    external: bool = Field(
        default=False,
        title=N_("Move to External Storage"),
        description=N_("Recordings are moved there in the background; they are played from there."),
        json_schema_extra=hint("switch"),
    )
    folder: Folder = Field(
        default="",
        validate_default=True,
        title=N_("Folder"),
        description=N_(
            "Where the NAS or the disk is mounted on this server. What was moved before is looked"
            " for there too: take it along to another folder."
        ),
        json_schema_extra=hint(
            "text", placeholder="/mnt/nas/recordings", when={"field": "external", "is": True}
        ),
    )
    every_min: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=5,
        title=N_("Interval"),
        description=N_("How often finished recordings are moved, and failed ones tried again."),
        json_schema_extra=hint(
            "number", unit=N_("minutes"), when={"field": "external", "is": True}
        ),
    )

    @field_validator("folder")
    @classmethod
    def _absolute(cls, value: str, info: ValidationInfo) -> str:
        value = value.strip()
        if not value and info.data.get("external"):
            raise Refused(N_("This field is required."))
        if value and not value.startswith("/"):
            raise Refused(N_("This must be an absolute path, such as /mnt/nas."))
        return value.rstrip("/") or value

    @property
    def target(self) -> str:
        """The folder that recordings are moved to, empty for none."""
        return self.folder if self.external else ""


def check_outside(ours: Path, settings: StorageSettings) -> None:
    """Refuse our own folder by its name; by other names it is found as it is taken into use.

    Raises:
        Invalid: one is the other, or inside it.
    """
    folder = Path(normpath(settings.folder))
    overlap = folder.is_relative_to(ours) or ours.is_relative_to(folder)
    if settings.external and overlap:
        raise Invalid({"folder": OURS})


class CleanerSettings(BaseModel):
    """What is removed by itself. 0 keeps it for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Cleaner"))

    enabled: bool = Field(
        default=False,
        title=N_("Enable Cleaner"),
        description=N_("Once a day, what is older than this is removed for good."),
        json_schema_extra=hint("switch"),
    )
    hour: Annotated[int, Field(ge=0, le=23)] = Field(
        default=3,
        title=N_("Hour"),
        description=N_("When it runs, on the clock of Time Settings."),
        json_schema_extra=hint("number"),
    )
    record_days: Days = Field(
        default=0,
        title=N_("Keep Call Records"),
        description=N_("0: for ever."),
        json_schema_extra=hint("number", RECORDS, unit=N_("days")),
    )
    recording_days: Days = Field(
        default=0,
        title=N_("Keep Recordings"),
        description=N_("0: for ever."),
        json_schema_extra=hint("number", SOUND, unit=N_("days")),
    )
    most_recordings: Annotated[int, Field(ge=0, le=10_000_000)] = Field(
        default=0,
        title=N_("Keep the Last Recordings"),
        description=N_("So many; older ones are removed. 0: all of them."),
        json_schema_extra=hint("number", SOUND),
    )
    disk_percent: Annotated[int, Field(ge=0, le=99)] = Field(
        default=0,
        title=N_("Disk Threshold"),
        description=N_("The oldest recordings go while the disk is fuller than this. 0: never."),
        json_schema_extra=hint("number", SOUND, unit="%"),
    )
