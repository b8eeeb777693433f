"""The pages of a fax: counted in files that nobody finished, and written as PDF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.pdf import as_pdf
from pbxcore.faxes.tiff import count_pages
from tests.support.fax_machine import pages, read_pdf, write_tiff

if TYPE_CHECKING:
    from pathlib import Path


def test_pages_are_counted_whatever_comes_after_them(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "fax.tif", pages(3))
    assert count_pages(path) == 3
    whole = path.read_bytes()
    for cut in range(0, len(whole), 997):
        path.write_bytes(whole[:cut])
        assert count_pages(path) <= 3
    assert count_pages(tmp_path / "absent.tif") == 0


@given(noise=st.binary(max_size=80))
def test_noise_has_few_pages(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.tif"
    for head in b"", b"II*\0", b"MM\0*":
        path.write_bytes(head + noise)
        assert count_pages(path) <= 10_000


def test_a_pdf_has_each_pixel_and_the_size_of_the_paper(tmp_path: Path) -> None:
    sent = pages(2, 1078)  # 196 to the inch: 5.5 inches
    data = as_pdf(write_tiff(tmp_path / "fax.tif", sent))
    assert [each.tobytes() for each in read_pdf(data)] == [each.tobytes() for each in sent]
    (box, _) = re.findall(rb"/MediaBox \[ 0 0 ([0-9.]+) ([0-9.]+) \]", data)
    assert float(box[0]) == pytest.approx(1728 / 204 * 72, abs=0.01)
    assert float(box[1]) == pytest.approx(396, abs=0.01)


def test_what_is_no_fax_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    with pytest.raises(OSError, match="fax"):
        as_pdf(path)
    path.write_bytes(b"no picture")
    with pytest.raises(OSError, match="identify"):
        as_pdf(path)
