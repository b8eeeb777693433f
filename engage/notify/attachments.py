"""Files that go with mails; recordings as MP3, which every program plays: a tenth of their size."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engage.notify.kinds import KINDS, Form
from engage.notify.message import Attachment
from engage.pdf import MEDIA_TYPE as PDF
from engage.pdf import as_pdf
from engage.xlsx import MEDIA_TYPE

if TYPE_CHECKING:
    from engage.notify.model import Mail

log = logging.getLogger(__name__)

_MEDIA: Final = {".csv": "text/csv", ".xlsx": MEDIA_TYPE}
_RATE: Final = 16_000
_BITS_PER_S: Final = 32_000


def attachments_of(mail: Mail) -> list[Attachment]:
    """What goes with a mail; a file that is gone meanwhile does not keep it from going."""
    found = []
    for each in KINDS[mail.kind].variables:
        path = Path(str((mail.params or {}).get(each.name, "")))
        if each.form not in (Form.SOUND, Form.FILE, Form.FAX) or not path.name:
            continue
        try:
            if each.form is Form.FILE:
                media = _MEDIA.get(path.suffix, "application/octet-stream")
                found.append(Attachment(path.name, media, path.read_bytes()))
            elif each.form is Form.FAX:
                found.append(Attachment(f"fax-{path.stem}.pdf", PDF, as_pdf(path)))
            else:
                found.append(Attachment(f"{path.stem}.mp3", "audio/mpeg", as_mp3(path)))
        except (OSError, ValueError) as failed:  # av calls what is no sound a ValueError
            log.info("not attached", extra={"mail": mail.id, "reason": str(failed)})
    return found


def as_mp3(path: Path) -> bytes:
    """A recording as MP3.

    Raises:
        OSError: it is not there.
        ValueError: it is no sound.
    """
    import av  # large, and seldom needed in this process

    file = BytesIO()
    resampler = av.AudioResampler(format="s16p", layout="mono", rate=_RATE)
    with av.open(str(path)) as spoken, av.open(file, "w", format="mp3") as written:
        track = written.add_stream("libmp3lame", rate=_RATE, layout="mono")
        track.bit_rate = _BITS_PER_S
        for frame in (*spoken.decode(audio=0), None):
            for part in resampler.resample(frame):
                written.mux(track.encode(part))
        written.mux(track.encode(None))
    return file.getvalue()
