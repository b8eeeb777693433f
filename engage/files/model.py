"""Files as values: what they are called, what may be brought, and why something is refused."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from engage.errors import N_, Conflict, EngageError, Forbidden, Invalid, NotFound, TooLarge

MEGABYTE = 1024 * 1024
NAME_LIMIT = 120
"""Characters of a name, its extension among them."""

NAME_BYTES = 200
"""In UTF-8: file systems take 255, and browsers add ` (1)`."""

UNSENT_LIFE_MS = 24 * 3600 * 1000
"""So long an upload may be finished and sent; then it is removed."""

IMAGE_EXTENSIONS = frozenset({"jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp"})
"""Names that promise a picture; a file that is none is disguised."""

# Kinds that a double click runs, or that carry such kinds past a warning, on some system.
RUNNABLE_EXTENSIONS = frozenset({
    "ade", "adp", "apk", "app", "appimage", "application", "appref-ms", "appx", "appxbundle",
    "asp", "aspx", "bash", "bat", "cgi", "chm", "class", "cmd", "com", "command", "cpl", "crx",
    "csh", "deb", "desktop", "dex", "diagcab", "dll", "dmg", "drv", "dylib", "elf", "exe",
    "fish", "gadget", "hlp", "hta", "htm", "html", "img", "inf", "ins", "ipa", "iso", "isp",
    "jar", "jnlp", "js", "jse", "jsp", "ksh", "lnk", "mde", "mht", "mhtml", "mjs", "msc", "msh",
    "msi", "msix", "msixbundle", "msp", "mst", "ocx", "pcd", "phar", "php", "phtml", "pif",
    "pkg", "pl", "ps1", "ps1xml", "ps2", "psc1", "psc2", "psd1", "psm1", "pub", "py", "pyc",
    "pyw", "pyz", "rb", "reg", "rpm", "run", "scf", "scr", "sct", "sh", "shb", "shs", "shtml",
    "so", "svg", "svgz", "swf", "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "vxd", "wasm",
    "workflow", "ws", "wsc", "wsf", "wsh", "xht", "xhtml", "xll", "xpi", "zsh",
})  # fmt: skip

_UNSAFE = re.compile(r'[<>:"|?*]')  # what Windows takes in no name; `:` opens a hidden stream
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_KEPT_FORMATS = frozenset("\u200c\u200d")  # joiners: Persian words and emoji need them


class FileKind(StrEnum):
    """What an administrator allows or not."""

    IMAGES = "images"
    DOCUMENTS = "documents"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVES = "archives"
    OTHER = "other"


class State(StrEnum):
    """The life of a file; one that is removed has a row until its bytes are gone."""

    UPLOADING = "uploading"
    REFUSED = "refused"
    STORED = "stored"
    SENT = "sent"
    REMOVED = "removed"


class Drawn(IntEnum):
    """How drawing a picture anew ended: the exit status of the process that did it."""

    DONE = 0
    BROKEN = 3
    TOO_BIG = 4
    NO_ROOM = 5


@dataclass(frozen=True, slots=True)
class File:
    """A file as its row has it.

    `length` is what was announced and must arrive; `size` what is kept, which for a picture is
    something else. `refusal` is the code of the error that judged it.
    """

    id: str
    owner: str
    client_id: str | None
    name: str
    length: int
    size: int | None
    media_type: str
    width: int | None
    height: int | None
    state: State
    refusal: str
    conversation_id: str | None
    seq: int | None
    created_at_ms: int

    @property
    def pictured(self) -> bool:
        """Whether there is a thumbnail and a preview of it."""
        return self.width is not None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one person may bring. A quota of 0 is none."""

    most_bytes: int
    kinds: frozenset[FileKind]
    quota_bytes: int
    per_hour: int

    def narrowed(self, most_bytes: int | None, kinds: frozenset[FileKind] | None) -> Allowance:
        """What is left of it under a tighter rule; None leaves a part as it is."""
        return Allowance(
            self.most_bytes if most_bytes is None else min(self.most_bytes, most_bytes),
            self.kinds if kinds is None else self.kinds & kinds,
            self.quota_bytes,
            self.per_hour,
        )


class VisitorRules(Protocol):
    """What a live chat lets its visitors bring."""

    async def visitor_files(self, visitor_id: str) -> tuple[int | None, frozenset[FileKind] | None]:
        """The most bytes and the kinds; None where the live chat does not narrow it."""
        ...


class EmptyFile(Invalid):
    """There is nothing in it."""

    code = "empty_file"
    text = N_("This file is empty.")


class FileTooLarge(TooLarge):
    """Above the limit, which `limit` names in bytes and `limit_mb` in megabytes."""

    text = N_("This file is too large: at most %(limit_mb)s MB can be sent.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit, limit_mb=megabytes(limit))


class TooMuchSent(TooLarge):
    """More bytes than were announced."""

    code = "too_much_sent"
    text = N_("More was sent than this file was announced to have.")


class QuotaReached(TooLarge):
    """The person's own share is used up."""

    code = "quota_reached"
    text = N_("Your files would take more than %(limit_mb)s MB in all. Nothing was sent.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit, limit_mb=megabytes(limit))


class StorageFull(EngageError):
    """The disk, or what the installation gives to files, is used up."""

    code = "storage_full"
    text = N_("There is no room for more files right now. Please try again later.")


class WrongOffset(Conflict):
    """What was sent does not begin where the file ends; `offset` is where that is."""

    code = "wrong_offset"
    text = N_("This part of the file does not follow what has arrived.")


class UploadTakenOver(Conflict):
    """A newer request brings the same file."""

    code = "upload_taken_over"
    text = N_("The upload goes on over another connection.")


class NotComplete(Conflict):
    """A file is sent before all of it has arrived; `offset` is how far it has come."""

    code = "upload_not_complete"
    text = N_("This file has not arrived completely.")


class AlreadySent(Conflict):
    """A file belongs to one conversation and is said once."""

    code = "file_already_sent"
    text = N_("This file was sent already. Please upload it again to send it once more.")


class SendingForbidden(Forbidden):
    """Files are switched off for this person."""

    code = "files_forbidden"
    text = N_("Files cannot be sent here.")


class AddressOver(NotFound):
    """A file's address that was good for some minutes, or never."""

    code = "address_over"
    text = N_("This address is no longer valid. Please open the file from the conversation again.")


class Refused(EngageError):
    """What is inside the file cannot be taken."""

    code = "type_refused"
    text = N_("Files that can run as programs are not taken.")


class KindRefused(Refused):
    """Nothing is wrong with it but its kind."""

    code = "kind_refused"
    text = N_("Files of this kind cannot be sent here.")


class Disguised(Refused):
    """Named like a picture, and none."""

    code = "disguised"
    text = N_("This file is named like a picture but is none.")


class PictureRefused(Refused):
    """A format whose hidden data (place, time, device) we cannot remove."""

    code = "picture_refused"
    text = N_("Pictures of this format are not taken. Please send JPEG, PNG, GIF or WebP.")


class PictureUnknown(PictureRefused):
    """What would be shown as it is, and is no picture."""

    text = N_("This is no picture that can be shown. Please choose PNG, SVG, JPEG, GIF or WebP.")


class PictureNotKept(Refused):
    """A drawing would look different without what cannot be kept of it, which `part` names."""

    code = "picture_not_kept"
    text = N_(
        "%(part)s in this SVG file cannot be kept. Please save it with shapes alone: text as"
        " outlines, styles as attributes or simple classes."
    )


class PictureBroken(Refused):
    """It cannot be drawn."""

    code = "picture_broken"
    text = N_("This picture is damaged and cannot be shown.")


class PictureTooBig(Refused):
    """More pixels than are unfolded in memory."""

    code = "picture_too_big"
    text = N_("This picture has too many pixels; please send a smaller one.")


REFUSALS = {
    each.code: each
    for each in (Refused, KindRefused, Disguised, PictureRefused, PictureBroken, PictureTooBig)
}


def megabytes(size: int) -> str:
    """A limit as people read it: `50`, `0.5`."""
    return f"{size / MEGABYTE:.2f}".rstrip("0").rstrip(".")


def clean_name(name: str) -> str:
    r"""A name that lies to nobody and breaks out of no folder; empty when nothing is left.

    The part after the last `/` or `\`; NFC; without control characters, overrides of direction
    and what Windows takes in no name; its extension is kept when it must be shortened.
    """
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    name = unicodedata.normalize("NFC", "".join(filter(_readable, name)))
    name = _UNSAFE.sub("_", " ".join(name.split())).strip(". ")
    if _DEVICES.match(name):
        name = "_" + name
    stem, extension = split_extension(name)
    if extension:
        return shortened(stem, NAME_LIMIT, NAME_BYTES, "." + extension)
    return shortened(name, NAME_LIMIT, NAME_BYTES)


def split_extension(name: str) -> tuple[str, str]:
    """`a.b.png` is `a.b` and `png`; what has no extension has an empty one."""
    stem, dot, extension = name.rpartition(".")
    if dot and stem and re.fullmatch(r"[A-Za-z0-9_-]{1,16}", extension):
        return stem, extension
    return name, ""


def shortened(stem: str, characters: int, size: int, ending: str = "") -> str:
    """`stem` and `ending`, the former cut to what both may have together."""
    stem = stem[: characters - len(ending)]
    while len((stem + ending).encode()) > size:
        stem = stem[:-1]
    return stem.rstrip(". ") + ending


def final_name(name: str, extension: str, *, image: bool) -> str:
    """The name a file is kept under, once it is known what it is.

    Args:
        name: clean, perhaps empty.
        extension: the usual one of its format.
        image: a picture always gets an extension that shows it as one.
    """
    if not name:
        name = "image" if image else "file"
    _, own = split_extension(name)
    if not extension or (own.lower() in IMAGE_EXTENSIONS if image else own):
        return name
    if not image and name != "file":
        return name  # `README`, `Makefile`: a name that somebody chose
    return shortened(name, NAME_LIMIT, NAME_BYTES, "." + extension)


def check_name(name: str) -> None:
    """Refuse what a double click would run, whatever is in it.

    Raises:
        Refused: by its last extension.
    """
    if split_extension(name)[1].lower() in RUNNABLE_EXTENSIONS:
        raise Refused


def _readable(character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Co"):
        return character in "\t\n\r"  # become a space
    return category != "Cf" or character in _KEPT_FORMATS
