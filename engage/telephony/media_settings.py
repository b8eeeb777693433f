"""The sound of all calls: the tones of the country, and when a silent leg is over."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

SECTION = "media"
TONES, SILENCE = N_("Tones"), N_("Silent Calls")
Country = Literal[
    "", "at", "au", "br", "ch", "cn", "de", "es", "fr", "gb", "in", "it", "jp", "nl", "pl", "pt",
    "ru", "sa", "se", "us",
]  # fmt: skip
Seconds = Annotated[int, Field(ge=0, le=86_400)]


class MediaSettings(BaseModel):
    """The sound of calls."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("RTP and Tones"))

    tone_country: Country = Field(
        default="",
        title=N_("Tone Plan"),
        description=N_("Ring back, dial and call waiting tones sound as in this country."),
        json_schema_extra={
            "control": "select",
            "section": TONES,
            "labels": {
                "": N_("International (ITU-T E.180)"),
                "at": N_("Austria"),
                "au": N_("Australia"),
                "br": N_("Brazil"),
                "ch": N_("Switzerland"),
                "cn": N_("China"),
                "de": N_("Germany"),
                "es": N_("Spain"),
                "fr": N_("France"),
                "gb": N_("United Kingdom"),
                "in": N_("India"),
                "it": N_("Italy"),
                "jp": N_("Japan"),
                "nl": N_("Netherlands"),
                "pl": N_("Poland"),
                "pt": N_("Portugal"),
                "ru": N_("Russia"),
                "sa": N_("Saudi Arabia"),
                "se": N_("Sweden"),
                "us": N_("United States and Canada"),
            },
        },
    )
    call_waiting_tone: bool = Field(
        default=True,
        title=N_("Call Waiting Tone"),
        description=N_("Whoever talks hears it when somebody else calls, whatever his phone does."),
        json_schema_extra={"control": "switch", "section": TONES},
    )
    rtp_timeout_s: Seconds = Field(
        default=60,
        title=N_("RTP Timeout"),
        description=N_("A call ends when a phone sends no sound for so long; 0: never."),
        json_schema_extra={"control": "number", "section": SILENCE, "unit": N_("seconds")},
    )
    rtp_hold_timeout_s: Seconds = Field(
        default=300,
        title=N_("RTP Hold Timeout"),
        description=N_("The same while the call is on hold; 0: never."),
        json_schema_extra={"control": "number", "section": SILENCE, "unit": N_("seconds")},
    )
