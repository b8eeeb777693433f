"""What callers hear, as a section of settings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

SECTION = "voice_prompts"


class VoicePrompts(BaseModel):
    """The language that services speak to those whose own is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Voice Prompts"))

    language: Literal["en", "ar", "de", "es", "zh"] = Field(
        default="en",
        title=N_("Language"),
        description=N_(
            "Spoken to callers from outside, and to extensions without a language of their own."
        ),
        json_schema_extra={
            "control": "select",
            "labels": {
                "en": "English",
                "ar": "العربية",
                "de": "Deutsch",
                "es": "Español",
                "zh": "中文",
            },
        },
    )
