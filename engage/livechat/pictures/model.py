"""What is kept of a picture, and how large it may come."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

PictureKind = Literal["logo", "icon"]
"""The logo above the visitor's page; what the button on a web site shows."""

MOST_BYTES: dict[PictureKind, int] = {"logo": 200 * 1024, "icon": 100 * 1024}
"""Every kind, and how large a file of it may be."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is served: drawn or written anew, never as somebody sent it."""

    media_type: str
    data: bytes

    @cached_property
    def version(self) -> str:
        """Changes with the picture; stands in its address, so that it may be kept for long."""
        return hashlib.sha256(self.data).hexdigest()[:16]

    def stored(self) -> dict[str, str]:
        """As it stands in the live chat's row."""
        return {"type": self.media_type, "data": base64.b64encode(self.data).decode()}


def pictures_of(stored: dict[str, Any] | None) -> dict[PictureKind, Picture]:
    """The pictures in a live chat's row."""
    return {
        kind: Picture(held["type"], base64.b64decode(held["data"]))
        for kind in MOST_BYTES
        if (held := (stored or {}).get(kind)) is not None
    }
