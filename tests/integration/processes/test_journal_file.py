"""The journal on a real disk: segments, torn writes, kills, a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from engage.telephony.journal_file import (
    DAY_MS,
    JournalReader,
    JournalWriter,
    forget,
    read_journal,
)
from pbxcore.journal import BindingRemoved, MessageRelayed
from tests.support.server import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL = 2000  # bytes of a segment: some thirty facts


def fact(number: int) -> BindingRemoved:
    return BindingRemoved(str(number), "sip:1001@192.0.2.1", "expired")


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


def fill(folder: Path, count: int, segment_bytes: int = SMALL) -> None:
    """Append facts in the way of a busy PBX: each batch synced before the next."""
    grown = threading.Semaphore(0)
    writer = JournalWriter(folder, lambda _: grown.release(), segment_bytes)
    for number in range(count):
        writer.append(fact(number), number)
        if number % 20 == 0:
            grown.acquire()
    writer.close()


def seqs(folder: Path, after: int = 0) -> list[int]:
    return [entry.seq for entry in read_journal(folder, after)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_entries_are_read_as_written_over_many_segments(folder: Path) -> None:
    fill(folder, 300)
    assert len(segments(folder)) > 5
    entries = list(read_journal(folder, 0))
    assert [entry.seq for entry in entries] == list(range(1, 301))
    assert [entry.fact for entry in entries] == [fact(number) for number in range(300)]
    assert [entry.at_ms for entry in entries] == list(range(300))
    for after in (0, 1, 37, 150, 299, 300, 1000):
        assert seqs(folder, after) == list(range(after + 1, 301))


def test_what_is_not_synced_is_not_read(folder: Path) -> None:
    fill(folder, 20, segment_bytes=1_000_000)
    (folder / "synced").write_text(f"{7:020d}", encoding="ascii")
    reader = JournalReader(folder, 3)
    assert [entry.seq for entry in reader.read()] == [4, 5, 6, 7]
    assert reader.read() == []
    JournalWriter(folder).close()  # the next start syncs what it finds
    assert [entry.seq for entry in reader.read()] == list(range(8, 21))


def test_an_empty_or_missing_journal_has_no_entries(folder: Path) -> None:
    assert seqs(folder) == []
    JournalWriter(folder).close()
    assert seqs(folder) == []


def test_numbers_go_on_after_a_restart(folder: Path) -> None:
    fill(folder, 50)
    writer = JournalWriter(folder, segment_bytes=SMALL)
    assert writer.append(fact(50), 0) == 51
    writer.close()
    assert seqs(folder) == list(range(1, 52))


def test_each_day_begins_a_segment(folder: Path) -> None:
    writer = JournalWriter(folder)
    for number, day in enumerate((0, 0, 1, 1, 3)):
        writer.append(fact(number), day * DAY_MS + number)
    writer.close()
    assert [path.stem.lstrip("0") for path in segments(folder)] == ["1", "3", "5"]
    assert seqs(folder) == [1, 2, 3, 4, 5]
    forget(folder, 4)
    assert seqs(folder) == [5]


def test_the_next_start_knows_until_when_the_last_one_ran(folder: Path) -> None:
    first = JournalWriter(folder)
    assert first.beaten_at_ms == 0
    before = time.time_ns() // 1_000_000
    first.beat()
    first.close()
    second = JournalWriter(folder)
    assert 0 <= second.beaten_at_ms - before + 20 < 5_000  # the file system's clock is coarser
    second.close()


def test_a_reader_follows_a_growing_journal(folder: Path) -> None:
    reader = JournalReader(folder, 10)
    assert reader.read() == []
    read: list[int] = []
    for _ in range(5):
        fill(folder, 40)
        while entries := reader.read(limit=7):
            read += [entry.seq for entry in entries]
    assert read == list(range(11, 201))


@pytest.mark.parametrize("cut", [1, 3, 8, 20, 60])
def test_a_torn_tail_is_not_read_and_cut_off_at_the_next_start(folder: Path, cut: int) -> None:
    fill(folder, 20, segment_bytes=1_000_000)
    (segment,) = segments(folder)
    whole = segment.stat().st_size
    os.truncate(segment, whole - cut)
    left = seqs(folder)
    assert left == list(range(1, len(left) + 1))
    assert len(left) in (18, 19)
    writer = JournalWriter(folder)
    assert writer.append(fact(99), 0) == len(left) + 1
    writer.close()
    assert seqs(folder) == [*left, len(left) + 1]


def test_what_was_forgotten_is_gone_and_numbers_stay(folder: Path) -> None:
    fill(folder, 300)
    before = len(segments(folder))
    forget(folder, 150)
    assert len(segments(folder)) < before
    assert seqs(folder, 150) == list(range(151, 301))
    forget(folder, 300)
    assert len(segments(folder)) == 1
    writer = JournalWriter(folder)
    assert writer.append(fact(0), 0) == 301
    writer.close()


def test_a_reader_goes_on_when_its_segment_was_forgotten(folder: Path) -> None:
    fill(folder, 300)
    reader = JournalReader(folder, 0)
    read = [entry.seq for entry in reader.read(limit=5)]
    forget(folder, 200)
    rest = [entry.seq for entry in reader.read(limit=1000)]
    assert read == [1, 2, 3, 4, 5]
    assert rest[-1] == 300
    assert rest == list(range(rest[0], 301))


WRITER = """
import sys
from pathlib import Path
from engage.telephony.journal_file import JournalWriter
from pbxcore.journal import MessageRelayed
told = 0
def grew(seq):
    print(seq, flush=True)
writer = JournalWriter(Path(sys.argv[1]), grew, 20_000)
while True:
    seq = writer.seq + 1
    writer.append(MessageRelayed(str(seq), "1000", "1001", "x" * (seq % 500), 200), seq)
    if seq - writer.synced_seq > 2000:
        import time; time.sleep(0.005)
"""


def killed_writer(folder: Path) -> int:
    """Run a writer at full speed, kill it; the last number it reported as on disk."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        lines = _lines(process)
        told = [next(lines) for _ in range(4)]
        process.send_signal(signal.SIGKILL)
        told += list(lines)
    return told[-1]


def _lines(process: subprocess.Popen[bytes]) -> Iterator[int]:
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith(b"\n"):
            yield int(line)


def test_a_writer_killed_mid_write_loses_nothing_it_reported_and_leaves_no_gap(
    folder: Path,
) -> None:
    for _ in range(5):
        told = killed_writer(folder)
        found = list(read_journal(folder, 0))
        assert [entry.seq for entry in found] == list(range(1, len(found) + 1))
        assert len(found) >= told
        assert all(
            entry.fact
            == MessageRelayed(str(entry.seq), "1000", "1001", "x" * (entry.seq % 500), 200)
            for entry in found
        )


FULL_DISK = """
import resource, sys, time
from pathlib import Path
from engage.telephony.journal_file import JournalWriter, read_journal
from pbxcore.journal import MessageRelayed

def wait(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)

folder = Path(sys.argv[1])
writer = JournalWriter(folder)
def write(count):
    for _ in range(count):
        writer.append(MessageRelayed("i", "1000", "1001", "x" * 100, 200), 1)
write(10)
wait(lambda: writer.synced_seq == 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (2500, resource.RLIM_INFINITY))  # "disk full" at 2.5 kB
write(50)
wait(lambda: writer.problem)
fitted = writer.synced_seq
assert 10 <= fitted < 60, fitted
assert [e.seq for e in read_journal(folder, 0)] == list(range(1, fitted + 1))  # no half record
write(5)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
wait(lambda: writer.synced_seq == 65)
assert not writer.problem
writer.close()
assert [e.seq for e in read_journal(folder, 0)] == list(range(1, 66))
print("recovered")
"""


def test_what_was_taken_outlasts_a_killed_process(folder: Path) -> None:
    writer = (
        "import os, sys; from pathlib import Path;"
        "from engage.telephony.journal_file import JournalWriter;"
        "from pbxcore.journal import BindingRemoved;"
        "writer = JournalWriter(Path(sys.argv[1]), segment_bytes=2000);"
        "[writer.append(BindingRemoved(str(n), 'sip:1001@192.0.2.1', 'expired'), n)"
        " for n in range(100)];"
        "os.kill(os.getpid(), 9)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", writer, str(folder)], env=environment, check=False)
    JournalWriter(folder).close()  # the next start syncs what it finds
    assert [entry.fact for entry in read_journal(folder, 0)] == [fact(n) for n in range(100)]


def test_a_full_disk_is_told_and_when_it_has_room_nothing_is_missing(folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout == "recovered\n", ended.stderr
