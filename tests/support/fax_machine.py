"""A fax machine that calls and sends, by spandsp; and pages for it."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_void_p
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from pbxcore.net.media import spandsp

if TYPE_CHECKING:
    from pathlib import Path

WIDTH: Final = 1728  # of A4 (ITU-T T.4)


class Sender:
    """Sends the pages of a TIFF once the other side answers, in sound at 8000 Hz."""

    def __init__(
        self, tiff: Path, ident: str = "+4930111", *, error_correction: bool = True
    ) -> None:
        functions = spandsp.library()
        assert functions is not None
        self._functions = functions
        library = ctypes.CDLL(spandsp.SONAME)
        library.t30_set_tx_file.argtypes = [c_void_p, c_char_p, c_int, c_int]
        library.t30_set_tx_file.restype = None
        self._state = functions.fax_init(None, 1)
        functions.fax_set_transmit_on_idle(self._state, 1)
        t30 = functions.fax_get_t30_state(self._state)
        functions.t30_set_tx_ident(t30, ident.encode())
        functions.t30_set_ecm_capability(t30, int(error_correction))
        functions.t30_set_supported_compressions(t30, 14)
        library.t30_set_tx_file(t30, str(tiff).encode(), -1, -1)
        self.completion: int | None = None

        def ended(_state: int, _user: int, completion: int) -> None:
            self.completion = completion

        self._handler = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_int)(ended)
        functions.t30_set_phase_e_handler(t30, self._handler, None)

    def hear(self, samples: bytes) -> None:
        """What the other side says."""
        self._functions.fax_rx(self._state, samples, len(samples) // 2)

    def say(self, count: int = 160) -> bytes:
        """The next samples."""
        samples = ctypes.create_string_buffer(2 * count)
        self._functions.fax_tx(self._state, samples, count)
        return samples.raw

    def close(self) -> None:
        """Free it."""
        self._functions.fax_free(self._state)


def pages(count: int, height: int = 400) -> list[Image.Image]:
    """Pages that can be told apart, of lines and letters."""
    found = []
    for number in range(1, count + 1):
        page = Image.new("1", (WIDTH, height), 1)
        draw = ImageDraw.Draw(page)
        for row in range(0, height, 37):
            draw.line((0, row, WIDTH - 1, (row * number) % height), fill=0, width=2)
        draw.text((200, height // 3), f"Page {number} of {count}", fill=0, font_size=120)
        found.append(page)
    return found


def write_tiff(path: Path, images: list[Image.Image]) -> Path:
    """As fax machines keep them: fine resolution, T.6."""
    first, *others = images
    first.save(path, save_all=True, append_images=others, compression="group4", dpi=(204, 196))
    return path


def read_tiff(path: Path) -> list[Image.Image]:
    """Its pages."""
    with Image.open(path) as found:
        count = getattr(found, "n_frames", 1)
        images = []
        for number in range(count):
            found.seek(number)
            images.append(found.convert("1"))
        return images
