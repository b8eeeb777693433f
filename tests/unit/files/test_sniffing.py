from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.files.model import Disguised, FileKind, PictureRefused, Refused
from engage.files.sniffing import Nature, sniff
from tests.support import pictures


def sniffed(data: bytes, extension: str = "") -> Nature:
    return sniff(data[: 64 * 1024], data[-64 * 1024 :], extension)


def archive(*names: str, first: bytes | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        if first is not None:
            packed.writestr("mimetype", first)
        for name in names:
            packed.writestr(name, b"x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "kind"),
    [
        (pictures.photo(), "image/jpeg", FileKind.IMAGES),
        (pictures.drawing("PNG"), "image/png", FileKind.IMAGES),
        (pictures.drawing("GIF"), "image/gif", FileKind.IMAGES),
        (pictures.drawing("WEBP"), "image/webp", FileKind.IMAGES),
        (pictures.drawing("BMP"), "image/bmp", FileKind.IMAGES),
        (b"%PDF-1.7\n\x00\x01", "application/pdf", FileKind.DOCUMENTS),
        (b"Hello, world.\n", "text/plain", FileKind.DOCUMENTS),
        ("Grüße, 中文".encode(), "text/plain", FileKind.DOCUMENTS),
        ("Grüße".encode("utf-16"), "text/plain", FileKind.DOCUMENTS),
        ("Grüße".encode("latin-1"), "text/plain", FileKind.DOCUMENTS),
        (b"MZ is how this text begins", "text/plain", FileKind.DOCUMENTS),
        (b"<?xml version='1.0'?><note>hi</note>", "text/plain", FileKind.DOCUMENTS),
        (archive("a.txt"), "application/zip", FileKind.ARCHIVES),
        (
            archive("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind.DOCUMENTS,
        ),
        (
            archive("content.xml", first=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
            FileKind.DOCUMENTS,
        ),
        (b"\x00\x00\x00\x18ftypisom" + bytes(30), "video/mp4", FileKind.VIDEO),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(30), "audio/mp4", FileKind.AUDIO),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav", FileKind.AUDIO),
        (b"#!AMR\n\x00", "audio/amr", FileKind.AUDIO),
        (bytes(257) + b"ustar\x0000", "application/x-tar", FileKind.ARCHIVES),
        (bytes(100), "application/octet-stream", FileKind.OTHER),
    ],
)
def test_content_tells_what_a_file_is(data: bytes, media_type: str, kind: FileKind) -> None:
    nature = sniffed(data)
    assert (nature.media_type, nature.kind) == (media_type, kind)


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00\x03" + bytes(100),
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
        b"\xca\xfe\xba\xbe\x00\x00\x00\x3d",
        b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(20),
        b"#!/bin/sh\nrm -rf ~\n",
        b"<!DOCTYPE html><p>hi",
        b"\xef\xbb\xbf  \n<!-- hi --><HTML>",
        b"<script>alert(1)</script>",
        b'<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg onload="alert(1)">',
        b'<?xml version="1.0"?><a xmlns:x="http://www.w3.org/1999/xhtml"><x:script/></a>',
        "<html>".encode("utf-16"),
        b"<?php system($_GET['c']);",
        b"\n<?php system($_GET['c']); ?>\nhello",
        b"[InternetShortcut]\nURL=http://example.com\n",
        b"Windows Registry Editor Version 5.00\n",
        archive("META-INF/MANIFEST.MF", "Main.class"),
        archive("AndroidManifest.xml", "classes.dex"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0")
        + b"\x09\x00".ljust(18, b"\0")
        + bytes(4).ljust(544, b"\0")
        + bytes.fromhex("84100c0000000000c000000000000046"),
    ],
)
@pytest.mark.parametrize("extension", ["", "pdf", "txt", "jpg"])
def test_programs_and_pages_are_refused_whatever_they_are_called(
    data: bytes, extension: str
) -> None:
    with pytest.raises(Refused):
        sniffed(data, extension)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"Hello", bytes(50), archive("a.txt"), b""])
def test_what_is_named_like_a_picture_must_be_one(data: bytes) -> None:
    with pytest.raises(Disguised):
        sniffed(data, "jpg")


def test_a_picture_under_another_pictures_name_is_a_picture() -> None:
    assert sniffed(pictures.drawing("PNG"), "jpg").picture == "PNG"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x00\x18ftypheic" + bytes(30),
        b"\x00\x00\x00\x1cftypavif" + bytes(30),
        pictures.drawing("TIFF"),
        b"8BPS\x00\x01" + bytes(20),
    ],
)
def test_pictures_that_keep_hidden_data_are_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        sniffed(data)


@given(
    st.one_of(
        st.binary(max_size=3000),
        st.tuples(
            st.sampled_from(
                [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"RIFF", b"<?xml", b"<!--",
                 b"\xff\xfe", b"\x00\x00\x00\x08ftyp", b"PK\x01\x02", b"BM", b"<"]
            ),
            st.binary(max_size=300),
        ).map(lambda parts: parts[0] * 3 + parts[1]),
    ),
    st.sampled_from(["", "jpg", "csv", "doc", "zip"]),
)  # fmt: skip
def test_any_bytes_are_told_or_refused(data: bytes, extension: str) -> None:
    try:
        nature = sniffed(data, extension)
    except Refused:
        return
    kind, _, sort = nature.media_type.partition("/")
    assert kind
    assert sort
    assert nature.media_type not in ("text/html", "image/svg+xml")


def test_a_start_without_end_takes_no_time() -> None:
    for start in (b"<!--", b"<?", b" " * 10, b"<!-- -->", b"PK\x01\x02", b"<?xml <!--"):
        data = (start * 20_000)[: 64 * 1024]
        try:
            sniff(data, data, "")
        except Refused:
            continue
