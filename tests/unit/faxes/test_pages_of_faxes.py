"""The pages of a fax: counted in files that nobody finished, and written as PDF."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engage.pdf import as_pdf
from engage.processes.fax_folder import FaxFolder, forget
from pbxcore.faxes.arrival import FaxArrival
from pbxcore.faxes.tiff import count_pages
from tests.support.fax_machine import pages, read_pdf, same, write_tiff


def test_pages_are_counted_whatever_comes_after_them(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "fax.tif", pages(3))
    assert count_pages(path) == 3
    whole = path.read_bytes()
    counts: list[int] = []
    for cut in range(0, len(whole), 997):
        path.write_bytes(whole[:cut])
        counts.append(count_pages(path))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 2)
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
    assert same(read_pdf(data), sent)
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


@pytest.mark.parametrize("height", [40_000, 120_000])
def test_a_page_that_has_no_end_is_an_error(tmp_path: Path, height: int) -> None:
    page = Image.new("1", (1728, height), 1)
    with pytest.raises(OSError, match=r"exceeds|too long"):
        as_pdf(write_tiff(tmp_path / "fax.tif", [page]))


def test_one_page_at_a_time_is_in_memory(tmp_path: Path) -> None:
    """Of an octet a pixel: sixteen together would be 110 MB."""
    path = write_tiff(tmp_path / "fax.tif", [Image.new("1", (1728, 4000), 1)] * 16)
    script = (
        "import resource, sys; from pathlib import Path; from PIL import PdfImagePlugin;"
        "from engage.pdf import as_pdf;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "as_pdf(Path(sys.argv[1]));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=True, text=True
    )
    assert int(done.stdout) < 60_000


def test_part_of_a_page_goes_and_pages_stay(tmp_path: Path) -> None:
    folder = FaxFolder(tmp_path)
    for name, pages_came in ("a", False), ("b", True):
        arrival = folder.receive(FaxArrival(name, "7200", "c1", "", "", 1))
        path = Path(arrival.path)
        path.write_bytes(b"strips")
        forget(path, pages_came)
    (tmp_path / "c.fresh").write_bytes(b"{")
    assert not list(folder.load())
    assert [each.name for each in tmp_path.iterdir()] == ["b.tif"]
