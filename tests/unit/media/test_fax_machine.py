"""The fax machine in a media worker: what spandsp sends it, it has on disk."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.faxes.rules import FaxTerms
from pbxcore.faxes.tiff import count_pages
from pbxcore.media.commands import ReceiveFax
from pbxcore.net.media import fax_machine, spandsp
from pbxcore.net.media.fax_machine import FaxMachine
from tests.support.fax_machine import (
    PacketSender,
    Sender,
    pages,
    read_tiff,
    same,
    write_tiff,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbxcore.media.commands import FaxEnded

pytestmark = pytest.mark.skipif(spandsp.library() is None, reason="libspandsp is not installed")

SILENCE = bytes(320)
FRAMES_OF_TWO_MINUTES = 6000


class Line:
    """A machine of ours, and a frame at a time of what it is told."""

    def __init__(self, tmp_path: Path, **terms: Any) -> None:
        functions = spandsp.library()
        assert functions is not None
        self.path = tmp_path / "received.tif"
        wanted = ReceiveFax("f1", "s1", str(self.path), FaxTerms(**terms))
        self.machine = FaxMachine(functions, wanted)

    def pass_frame(self, heard: bytes) -> bytes:
        """What it says meanwhile."""
        self.machine.hear(heard)
        self.machine.tick()
        while not self.machine.said and self.machine.ended is None:
            time.sleep(0)  # its thread runs
        return self.machine.said.popleft() if self.machine.said else SILENCE

    def run(self, sender: Sender, until: Callable[[], bool]) -> None:
        """Let the two talk."""
        for _ in range(FRAMES_OF_TWO_MINUTES):
            sender.hear(self.pass_frame(sender.say()))
            if until():
                return
        pytest.fail("they have talked for two minutes")

    def is_over(self, sender: Sender | PacketSender) -> bool:
        """Whether both have ended."""
        return self.machine.ended is not None and sender.completion is not None

    def settle(self) -> None:
        """Wait until its thread has done what it was told."""
        done = threading.Event()
        self.machine.do(done.set)
        while not done.wait(0.001) and self.machine.ended is None:
            pass

    def ended(self) -> FaxEnded:
        self.machine.join()
        assert self.machine.ended is not None
        return self.machine.ended


@pytest.mark.parametrize("error_correction", [True, False])
def test_each_page_arrives_as_it_was_sent(tmp_path: Path, error_correction: bool) -> None:
    sent = pages(3)
    line = Line(tmp_path, ident="+4930222")
    tiff = write_tiff(tmp_path / "sent.tif", sent)
    with closing(Sender(tiff, error_correction=error_correction)) as sender:
        line.run(sender, lambda: line.is_over(sender))

        ended = line.ended()
        assert (ended.problem, ended.sender, sender.completion) == ("", "+4930111", spandsp.OK)
        assert ended.bit_rate == 14400
        assert same(read_tiff(line.path), sent)


def test_a_line_that_breaks_leaves_the_pages_that_were_acknowledged(tmp_path: Path) -> None:
    sent = pages(3)
    line = Line(tmp_path)
    with closing(Sender(write_tiff(tmp_path / "sent.tif", sent))) as sender:
        line.run(sender, lambda: count_pages(line.path) == 2)
        line.machine.stop()

        assert line.ended().problem == "hung_up"
        assert same(read_tiff(line.path), sent[:2])


def test_a_caller_who_is_no_machine_is_told_apart(tmp_path: Path) -> None:
    line = Line(tmp_path)
    frames = 0
    while line.machine.ended is None and frames < FRAMES_OF_TWO_MINUTES:
        line.pass_frame(SILENCE)
        frames += 1

    assert line.ended().problem == "no_fax"
    assert 15 < frames / 50 < 45  # T1 is 35 s (T.30 §5.4.3.1), or three answers to nobody
    assert count_pages(line.path) == 0


def test_each_page_arrives_by_packets_too(tmp_path: Path) -> None:
    sent = pages(2)
    line = Line(tmp_path)
    line.machine.turn_to_packets()
    with closing(PacketSender(write_tiff(tmp_path / "sent.tif", sent))) as sender:
        theirs = ours = 0
        for _ in range(FRAMES_OF_TWO_MINUTES):
            for packet, _times in sender.pass_time():
                line.machine.take(ours, packet)
                ours += 1
            line.machine.tick()
            line.settle()
            while line.machine.packets:
                sender.take(theirs, line.machine.packets.popleft()[0])
                theirs += 1
            if line.is_over(sender):
                break
        else:
            pytest.fail("they have talked for two minutes")

        assert (line.ended().problem, sender.completion) == ("", spandsp.OK)
        assert same(read_tiff(line.path), sent)


def test_a_rate_that_is_allowed_is_used(tmp_path: Path) -> None:
    line = Line(tmp_path, fastest=9600)
    with closing(Sender(write_tiff(tmp_path / "sent.tif", pages(1)))) as sender:
        line.run(sender, lambda: line.is_over(sender))

        assert line.ended().bit_rate == 9600


def test_a_page_that_finds_no_room_is_not_acknowledged(tmp_path: Path) -> None:
    line = Line(tmp_path)
    line.path.symlink_to("/dev/full")
    with closing(Sender(write_tiff(tmp_path / "sent.tif", pages(1)))) as sender:
        line.run(sender, lambda: line.is_over(sender))

        assert line.ended().problem == "disk"
        assert sender.completion != spandsp.OK


@pytest.mark.parametrize("limit", ["_MOST_PAGES", "_MOST_LINES", "_MOST_BYTES", "_MOST_TICKS"])
def test_a_fax_that_has_no_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(fax_machine, limit, {"_MOST_LINES": 300, "_MOST_TICKS": 800}.get(limit, 1))
    line = Line(tmp_path)
    sent = write_tiff(tmp_path / "sent.tif", pages(3, 1500 if limit == "_MOST_LINES" else 400))
    with closing(Sender(sent, error_correction=False)) as sender:
        line.run(sender, lambda: line.machine.ended is not None)
        ended = line.ended()
        assert (ended.problem, ended.detail) == ("transmission", "longer than is taken")


def test_pages_that_came_are_not_begun_anew_by_packets(tmp_path: Path) -> None:
    line = Line(tmp_path)
    with closing(Sender(write_tiff(tmp_path / "sent.tif", pages(3)))) as sender:
        line.run(sender, lambda: count_pages(line.path) > 0)
        line.machine.turn_to_packets()
        assert line.ended().problem == "transmission"
        assert count_pages(line.path) == 1


def test_a_machine_that_fails_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    close = spandsp.SoundFax.close
    monkeypatch.setattr(spandsp.SoundFax, "close", lambda it: (closed.append(it), close(it)))
    line = Line(tmp_path)

    def fail() -> None:
        raise RuntimeError

    line.machine.do(fail)
    assert line.ended().detail == "internal error"
    assert len(closed) == 1
