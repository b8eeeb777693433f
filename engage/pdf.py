"""Pages of a fax as PDF: each pixel as it came, at the size of the paper."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

MEDIA_TYPE: Final = "application/pdf"
_USUAL_DPI: Final = (204.0, 196.0)  # ITU-T T.4, fine


def as_pdf(path: Path) -> bytes:
    """The pages of a TIFF; black and white stays so, and is packed by ITU-T T.6.

    Raises:
        OSError: it is not there, or is no TIFF.
    """
    from PIL import Image, ImageSequence  # large, and seldom needed in this process

    with Image.open(path, formats=("TIFF",)) as tiff:
        pages = [each.copy() for each in ImageSequence.Iterator(tiff)]
        dpi = _dpi(tiff)
    written = BytesIO()
    first, *others = pages
    first.save(written, "PDF", save_all=True, append_images=others, dpi=dpi, title=path.stem)
    return written.getvalue()


def _dpi(tiff: Image.Image) -> tuple[float, float]:
    """Points are rarely square: 204 by 98, 196 or 391 to the inch."""
    across, down = tiff.info.get("dpi", _USUAL_DPI)
    return (float(across), float(down)) if across > 1 and down > 1 else _USUAL_DPI
