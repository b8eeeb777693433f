"""Files as JSON: what events carry, and what those who bring or look at them are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.files.addresses import Variant
from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.files.model import File
    from engage.files.service import Seen


def file_json(file: File) -> dict[str, Any]:
    """A file as its event says it; `thumb` when there is a small picture of it."""
    told: dict[str, Any] = {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "type": file.media_type,
    }
    if file.pictured:
        told |= {"width": file.width, "height": file.height, "thumb": True}
    return told


def seen_json(seen: Seen) -> dict[str, Any]:
    """A file as its owner and those it was said to see it; addresses are good for some minutes."""
    file, addresses = seen.file, seen.addresses
    return {
        "id": file.id,
        "name": file.name,
        "size": file.length if file.size is None else file.size,
        "type": file.media_type,
        "width": file.width,
        "height": file.height,
        "state": str(file.state),
        "offset": seen.received,
        "length": file.length,
        "conversation": file.conversation_id,
        "url": addresses.get(Variant.WHOLE),
        "thumb_url": addresses.get(Variant.THUMB),
        "preview_url": addresses.get(Variant.PREVIEW),
        "expires_at": rfc3339(seen.until_ms),
    }
