"""The thread that a mailbox is read by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engage.notify.incoming.aside import Aside

BLOCKED = """
from threading import Event
from engage.notify.incoming.aside import Aside
aside, begun = Aside("mailbox"), Event()
aside.begin()
aside.submit(lambda: (begun.set(), Event().wait()))
begun.wait()
aside.end()
"""


def test_work_is_done_in_order_and_its_outcome_told() -> None:
    aside, done = Aside("mailbox"), list[int]()
    aside.begin()
    for number in range(3):
        aside.submit(lambda number=number: done.append(number))
    assert aside.submit(lambda: len(done)).result(5) == 3
    with pytest.raises(ZeroDivisionError):
        aside.submit(lambda: 1 // 0).result(5)
    aside.end()
    assert done == [0, 1, 2]


def test_work_that_blocks_does_not_keep_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", BLOCKED], check=False, timeout=20)
    assert ended.returncode == 0
