"""Pages of a fax as PDF: each pixel as it came, at the size of the paper."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

MEDIA_TYPE: Final = "application/pdf"
_USUAL_DPI: Final = (204.0, 196.0)  # ITU-T T.4, fine
_MOST_PIXELS: Final = 64_000_000
"""Of one page, an octet each while it is packed; white lines cost a fax but a bit (ITU-T T.6)."""
_MOST_PAGES: Final = 1000


def as_pdf(path: Path) -> bytes:
    """The pages of a TIFF; black and white stays so, and is packed by ITU-T T.6.

    One page at a time is in memory.

    Raises:
        OSError: it is not there, is no TIFF, or too large a one.
    """
    from PIL import Image  # large, and seldom needed in this process

    written = BytesIO()
    try:
        with Image.open(path, formats=("TIFF",)) as tiff:
            _measure(tiff)
            dpi = _dpi(tiff)
            others = [_Others(tiff)] if getattr(tiff, "n_frames", 1) > 1 else []
            first = tiff.copy()
            first.save(
                written, "PDF", save_all=True, append_images=others, dpi=dpi, title=path.stem
            )
    except Image.DecompressionBombError as large:
        raise OSError(str(large)) from large
    return written.getvalue()


class _Others:
    """The pages after the first, each decoded when it is its turn.

    Copies, which are without the TIFF's tags: a PDF's octets are in an order of their own.
    """

    def __init__(self, tiff: Image.Image) -> None:
        self._tiff, self._page = tiff, tiff
        self.n_frames = getattr(tiff, "n_frames", 1) - 1

    def seek(self, number: int) -> None:
        """Go to one; EOFError after the last."""
        self._tiff.seek(number + 1)
        self._page = self._tiff.copy()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)


def _measure(tiff: Image.Image) -> None:
    pages = getattr(tiff, "n_frames", 1)
    if pages > _MOST_PAGES:
        message = f"{pages} pages are too many"
        raise OSError(message)
    for number in range(pages):
        tiff.seek(number)
        if tiff.width * tiff.height > _MOST_PIXELS:
            message = f"page {number + 1} is too long"
            raise OSError(message)
    tiff.seek(0)


def _dpi(tiff: Image.Image) -> tuple[float, float]:
    """Points are rarely square: 204 by 98, 196 or 391 to the inch."""
    across, down = tiff.info.get("dpi", _USUAL_DPI)
    return (float(across), float(down)) if across > 1 and down > 1 else _USUAL_DPI
