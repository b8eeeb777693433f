"""What a file is, by its content alone: names and announced types are only claims. Without I/O."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.files.model import IMAGE_EXTENSIONS, Disguised, FileKind, PictureRefused, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 64 * 1024
"""Bytes looked at, at each end."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What a file is. `picture` names the format in which it is drawn anew."""

    media_type: str
    kind: FileKind
    extension: str = ""
    picture: str = ""


_IMAGES, _DOCUMENTS, _AUDIO, _VIDEO, _ARCHIVES, _OTHER = FileKind
ANYTHING = Nature("application/octet-stream", _OTHER)
TEXT = Nature("text/plain", _DOCUMENTS, "txt")
ZIP = Nature("application/zip", _ARCHIVES, "zip")

JPEG = Nature("image/jpeg", _IMAGES, "jpg", "JPEG")
PNG = Nature("image/png", _IMAGES, "png", "PNG")
GIF = Nature("image/gif", _IMAGES, "gif", "GIF")
WEBP = Nature("image/webp", _IMAGES, "webp", "WEBP")
BMP = Nature("image/bmp", _IMAGES, "bmp")  # holds nothing but its pixels

# (offset, bytes, what it is): the first that fits. Sources: the formats' own specifications, and
# https://mimesniff.spec.whatwg.org for what browsers would take it for.
_MARKS: tuple[tuple[int, bytes, Nature], ...] = (
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (0, b"%PDF-", Nature("application/pdf", _DOCUMENTS, "pdf")),
    (0, b"{\\rtf", Nature("application/rtf", _DOCUMENTS, "rtf")),
    (0, b"ID3", Nature("audio/mpeg", _AUDIO, "mp3")),
    (0, b"\xff\xfb", Nature("audio/mpeg", _AUDIO, "mp3")),
    (0, b"\xff\xf3", Nature("audio/mpeg", _AUDIO, "mp3")),
    (0, b"\xff\xf2", Nature("audio/mpeg", _AUDIO, "mp3")),
    (0, b"\xff\xf1", Nature("audio/aac", _AUDIO, "aac")),
    (0, b"\xff\xf9", Nature("audio/aac", _AUDIO, "aac")),
    (0, b"OggS", Nature("audio/ogg", _AUDIO, "ogg")),
    (0, b"fLaC", Nature("audio/flac", _AUDIO, "flac")),
    (0, b"MThd", Nature("audio/midi", _AUDIO, "mid")),
    (0, b"#!AMR", Nature("audio/amr", _AUDIO, "amr")),
    (0, b"\x1a\x45\xdf\xa3", Nature("video/webm", _VIDEO, "webm")),
    (0, b"\x00\x00\x01\xba", Nature("video/mpeg", _VIDEO, "mpg")),
    (0, b"\x1f\x8b", Nature("application/gzip", _ARCHIVES, "gz")),
    (0, b"BZh", Nature("application/x-bzip2", _ARCHIVES, "bz2")),
    (0, b"\xfd7zXZ\x00", Nature("application/x-xz", _ARCHIVES, "xz")),
    (0, b"7z\xbc\xaf\x27\x1c", Nature("application/x-7z-compressed", _ARCHIVES, "7z")),
    (0, b"Rar!\x1a\x07", Nature("application/vnd.rar", _ARCHIVES, "rar")),
    (0, b"\x28\xb5\x2f\xfd", Nature("application/zstd", _ARCHIVES, "zst")),
    (257, b"ustar", Nature("application/x-tar", _ARCHIVES, "tar")),
)
_RIFF = {
    b"WEBP": WEBP,
    b"WAVE": Nature("audio/wav", _AUDIO, "wav"),
    b"AVI ": Nature("video/x-msvideo", _VIDEO, "avi"),
}
_VIDEO_BRANDS = re.compile(rb"iso|mp4|avc|M4V|dash|mmp4|3g|qt  |f4v")
_PICTURE_BRANDS = re.compile(rb"hei|hev|mif1|msf1|avi[fs]|jxl|crx")
# Pictures that are not drawn anew: they keep where, when and with what they were taken.
_OTHER_PICTURES = (
    b"II*\x00",
    b"MM\x00*",
    b"II\xbc\x01",
    b"8BPS",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
    b"\x00\x00\x00\x0cjP  ",
    b"\xff\x4f\xff\x51",
    b"FUJIFILMCCD-RAW",
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Java, and Mach-O for several processors
    b"\xca\xfe\xd0\x0d",
    b"dex\n",
    b"\x00asm",
    b"!<arch>\n",
    b"\xed\xab\xee\xdb",
    b"Cr24",
    b"ITSF",
    b"FWS",
    b"CWS",
    b"ZWS",
    b"FasdUAS",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
    b"xar!",
)
_DOS_TEXT = frozenset(b"\t\n\r\x0c\x1b")
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")  # MSI's class in its root entry

_SKIPPED = re.compile(r"(\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_MARKUP = re.compile(
    r"<(!doctype\s+(html|svg)|(\w+:)?(html|head|body|script|iframe|svg|style|title|meta|link|base"
    r"|table|div|img|a|br|p|h1|font|form|object|embed|frameset|template)[\s>/])",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"https?://www\.w3\.org/(1999/xhtml|2000/svg|1999/XSL/Transform)")
_SCRIPTS = re.compile(
    r"(#!|<\?php|<%@?|windows registry editor|regedit4|\[internetshortcut\]|\[desktop entry\])",
    re.IGNORECASE,
)
_TEXTS = {
    "csv": "text/csv",
    "json": "application/json",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "xml": "application/xml",
}
_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_OPEN_XML = {
    b"word/": ("wordprocessingml.document", "docx"),
    b"xl/": ("spreadsheetml.sheet", "xlsx"),
    b"ppt/": ("presentationml.presentation", "pptx"),
}


def sniff(head: bytes, tail: bytes, extension: str) -> Nature:
    """Tell what a file is.

    Args:
        head: its first `WINDOW` bytes, or all there are.
        tail: its last.
        extension: of its name, lower case: words like `csv` are told apart by nothing else.

    Raises:
        Refused: a program, or a page or drawing that could hold scripts.
        PictureRefused: a picture whose hidden data cannot be removed.
        Disguised: its name promises a picture, and it is none.
    """
    nature = _nature(head, tail, extension)
    if extension in IMAGE_EXTENSIONS and not nature.picture:
        raise Disguised
    return nature


def _nature(head: bytes, tail: bytes, extension: str) -> Nature:
    if (marked := _marked(head)) is not None:
        return marked
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"PK\x03\x04"):
        return _zip(head, tail)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(head, extension)
    if head.startswith(_OTHER_PICTURES):
        raise PictureRefused
    if (text := text_of(head)) is not None:
        return _text(text, extension)
    if head.startswith(_PROGRAMS):
        raise Refused
    return ANYTHING


def _marked(head: bytes) -> Nature | None:
    """What it is when its first bytes alone tell."""
    for offset, mark, nature in _MARKS:
        if head.startswith(mark, offset):
            return nature
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return BMP
    return _RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def text_of(head: bytes) -> str | None:
    """The words in it, or None when it is not text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", "replace")
        return None if "\x00" in text or "\ufffd" in text[:-1] else text
    if any(each < 0x20 and each not in _DOS_TEXT for each in set(head)):
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.start >= len(head) - 3 and len(head) == WINDOW
        return head[: error.start].decode("utf-8-sig") if cut else head.decode("latin-1")


def _text(text: str, extension: str) -> Nature:
    begun = text.lstrip()
    if _SCRIPTS.match(begun) or _MARKUP.match(text, _end_of_skipped(text)):
        raise Refused
    if begun.startswith("<?xml") and _ACTIVE.search(begun):
        raise Refused
    return Nature(_TEXTS[extension], _DOCUMENTS, extension) if extension in _TEXTS else TEXT


def _end_of_skipped(text: str) -> int:
    found = _SKIPPED.match(text)
    return found.end() if found is not None else 0


def _iso_media(head: bytes) -> Nature:
    brands = head[8 : max(16, min(64, int.from_bytes(head[:4], "big")))]
    if _PICTURE_BRANDS.match(brands):
        raise PictureRefused
    if brands.startswith((b"M4A", b"M4B", b"F4A")):
        return Nature("audio/mp4", _AUDIO, "m4a")
    if brands.startswith(b"qt  "):
        return Nature("video/quicktime", _VIDEO, "mov")
    return Nature("video/mp4", _VIDEO, "mp4") if _VIDEO_BRANDS.match(brands) else ANYTHING


def _zip(head: bytes, tail: bytes) -> Nature:
    """An archive is never unpacked; the names in it tell documents and programs from the rest."""
    names = {*_zip_names(head, b"PK\x03\x04", 26, 30), *_zip_names(tail, b"PK\x01\x02", 28, 46)}
    if _is_program(names):
        raise Refused
    if b"[Content_Types].xml" in names:
        for folder, (name, extension) in _OPEN_XML.items():
            if any(each.startswith(folder) for each in names):
                media_type = f"application/vnd.openxmlformats-officedocument.{name}"
                return Nature(media_type, _DOCUMENTS, extension)
    if head[30:38] == b"mimetype" and (found := re.match(rb"[a-z]+/[\w.+-]{1,80}", head[38:120])):
        declared = found[0].decode().removesuffix("PK")
        if declared.startswith(("application/vnd.oasis.", "application/epub+zip")):
            return Nature(declared, _DOCUMENTS)
    return ZIP


def _is_program(names: set[bytes]) -> bool:
    if b"AndroidManifest.xml" in names or b"AppxManifest.xml" in names:
        return True
    if any(re.match(rb"Payload/[^/]+\.app/", each) for each in names):
        return True
    return b"META-INF/MANIFEST.MF" in names and any(each.endswith(b".class") for each in names)


def _zip_names(data: bytes, mark: bytes, length_at: int, name_at: int) -> Iterator[bytes]:
    """Names after headers of one sort; what merely looks like one does no harm."""
    at = data.find(mark)
    while at >= 0:
        if at + name_at <= len(data):
            (length,) = struct.unpack_from("<H", data, at + length_at)
            yield data[at + name_at : at + name_at + min(length, 256)]
        at = data.find(mark, at + 4)


def _compound(head: bytes, extension: str) -> Nature:
    """Old office documents, and installers: the class in the root entry tells ([MS-CFB])."""
    (shift,) = struct.unpack_from("<H", head.ljust(64, b"\0"), 30)
    (first,) = struct.unpack_from("<I", head.ljust(64, b"\0"), 48)
    root = (first + 1) << min(shift, 16)
    if head[root + 80 : root + 96] == _INSTALLER:
        raise Refused
    return Nature(_OFFICE.get(extension, "application/x-cfb"), _DOCUMENTS)
