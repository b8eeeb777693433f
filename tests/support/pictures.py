"""Pictures as cameras, screens and mischief make them."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image

PLACE = "48.1374"


@cache
def photo(width: int = 640, height: int = 480, *, quality: int = 90, orientation: int = 6) -> bytes:
    """A JPEG as a phone takes it: lying on its side, and telling where, when and with what.

    Its upper left quarter, as it is meant to be seen, is red.
    """
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    stored_at = (0, height // 2) if orientation == 6 else (0, 0)
    picture.paste(
        (220, 20, 20), (*stored_at, stored_at[0] + width // 2, stored_at[1] + height // 2)
    )
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = orientation, "Acme Phone", "2026:11:26 10:00:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 8.0, 14.6)
    place[3], place[4] = "E", (11.0, 34.0, 31.0)
    return _saved(picture, "JPEG", quality=quality, exif=exif, comment=PLACE.encode())


def drawing(format_name: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A small picture of one colour."""
    mode = "P" if format_name == "GIF" else "RGB"
    return _saved(Image.new(mode, size, 3), format_name, **options)


def moving(format_name: str, frames: int = 3) -> bytes:
    """An animation."""
    first, *others = [Image.new("RGB", (40, 30), (80 * each % 256, 0, 0)) for each in range(frames)]
    return _saved(first, format_name, save_all=True, append_images=others, duration=120, loop=0)


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )


def opened(data: bytes) -> Image.Image:
    """A picture to look at."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def _saved(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()
