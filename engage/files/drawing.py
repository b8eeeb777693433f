"""Draws a picture anew, so that nothing is left of its file but what is seen. A process of its own.

    python -m engage.files.drawing SOURCE WHOLE THUMB PREVIEW FORMAT

Decoders are written in C and read what strangers send: this process has little memory, little time
and one task, and ends with it. It prints `WIDTH HEIGHT`, or exits with what `Drawn` says.
"""

from __future__ import annotations

import errno
import io
import os
import resource
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from engage.files.model import Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_PIXELS = 64_000_000
"""Of one picture, or of all frames of a moving one together."""

MOST_FRAMES = 1_000
MOST_MEMORY, MOST_CPU_S = 2 << 30, 30
THUMB, PREVIEW = (480, 480), (1280, 1280)
JPEG_QUALITY, SMALL_QUALITY = 90, 80
_SEEN = ("transparency", "duration", "loop", "disposal", "blend", "background", "gamma")
"""What belongs to how a picture looks; comments, places, cameras and profiles do not."""


class TooBig(Exception):
    """More pixels than are unfolded."""


def draw(source: Path, whole: Path, thumb: Path, preview: Path, format_name: str) -> Size:
    """Write a picture anew, whole and in two smaller sizes.

    Args:
        source: what somebody sent.
        whole: in the same format and size, upright, in sRGB, with all frames.
        thumb: WebP of at most 480 pixels a side, standing still.
        preview: WebP of at most 1280 pixels a side; a moving picture moves.
        format_name: as Pillow calls it; no other decoder is tried.

    Raises:
        TooBig: see `MOST_PIXELS` and `MOST_FRAMES`.
        OSError, SyntaxError, ValueError: it cannot be drawn.
    """
    with Image.open(source, formats=(format_name,)) as picture:
        frames = getattr(picture, "n_frames", 1) if format_name != "JPEG" else 1
        if frames > MOST_FRAMES or picture.width * picture.height * frames > MOST_PIXELS:
            raise TooBig
        if frames > 1:
            return _draw_moving(picture, whole, thumb, preview, format_name)
        upright = _plain(picture)
    options: dict[str, Any] = {"quality": JPEG_QUALITY} if format_name == "JPEG" else {}
    if format_name == "WEBP":
        options = {"quality": JPEG_QUALITY, "method": 4}
    _save(upright, whole, format_name, **options)
    small = _shrunk(upright, PREVIEW)
    _save(small, preview, "WEBP", quality=SMALL_QUALITY)
    _save(_shrunk(small, THUMB), thumb, "WEBP", quality=SMALL_QUALITY)
    return upright.size


Size = tuple[int, int]


def _draw_moving(
    picture: Image.Image, whole: Path, thumb: Path, preview: Path, format_name: str
) -> Size:
    """The same for animations: GIF, WebP, PNG."""
    times: list[int] = []
    frames: list[Image.Image] = []
    small: list[Image.Image] = []
    for frame in ImageSequence.Iterator(picture):
        times.append(max(20, round(float(frame.info.get("duration", 100)))))
        drawn = frame.convert("RGBA")
        drawn.info = {}
        frames.append(drawn)
        small.append(_shrunk(drawn, THUMB))
    loop = int(picture.info.get("loop", 1 if format_name == "GIF" else 0))
    _save_moving(frames, whole, format_name, times, loop)
    _save_moving(small, preview, "WEBP", times, loop)
    _save(small[0], thumb, "WEBP", quality=SMALL_QUALITY)
    return picture.size


def _save_moving(
    frames: list[Image.Image], path: Path, format_name: str, times: list[int], loop: int
) -> None:
    options: dict[str, Any] = {"quality": SMALL_QUALITY} if format_name == "WEBP" else {}
    if format_name == "GIF":
        options = {"disposal": 2, "optimize": False}
    first, *others = frames
    _save(
        first, path, format_name, save_all=True, append_images=others, duration=times, loop=loop,
        **options,
    )  # fmt: skip


def _plain(picture: Image.Image) -> Image.Image:
    """The pixels as they are meant to be seen: upright and in sRGB; nothing else."""
    picture.load()
    profile = picture.info.get("icc_profile")
    plain = ImageOps.exif_transpose(picture)
    plain = _in_srgb(plain, profile) if profile else plain
    if plain.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        plain = plain.convert("RGB")
    plain.info = {name: value for name, value in plain.info.items() if name in _SEEN}
    return plain


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours as they were meant; a profile that makes no sense is left out."""
    if picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode == "L" or "sRGB" in (given.profile.profile_description or ""):
            return picture
        drawn = ImageCms.profileToProfile(
            picture, given, ImageCms.createProfile("sRGB"), outputMode=mode
        )
        return picture if drawn is None else drawn
    return picture


def _shrunk(picture: Image.Image, most: Size) -> Image.Image:
    small = picture if picture.mode in ("RGB", "RGBA") else picture.convert(_shown_mode(picture))
    small = small.copy()
    small.thumbnail(most, Image.Resampling.LANCZOS)
    small.info = {}
    return small


def _shown_mode(picture: Image.Image) -> str:
    see_through = picture.mode in ("LA", "PA") or "transparency" in picture.info
    return "RGBA" if see_through else "RGB"


def _save(picture: Image.Image, path: Path, format_name: str, **options: Any) -> None:
    with path.open("wb") as file:
        picture.save(file, format_name, **options)


def _main(arguments: Iterable[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    *paths, format_name = arguments
    source, whole, thumb, preview = map(Path, paths)
    try:
        width, height = draw(source, whole, thumb, preview, format_name)
    except (TooBig, MemoryError, Image.DecompressionBombError):
        return Drawn.TOO_BIG
    except (OSError, SyntaxError, ValueError, TypeError, EOFError) as problem:
        sys.stderr.write(f"{type(problem).__name__}: {problem}\n"[:300])
        full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
        return Drawn.NO_ROOM if full else Drawn.BROKEN
    sys.stdout.write(f"{width} {height}\n")
    return Drawn.DONE


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
