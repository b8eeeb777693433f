"""What every request's body about people has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A request's body: every field is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
