"""Bindings of phones survive the process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from engage.processes.binding_file import BindingFile
from pbxcore.presence.bindings import StoredBinding
from tests.support.server import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def binding(number: str, cseq: int) -> StoredBinding:
    return StoredBinding(
        number=number,
        contact=f"sip:{number}@192.0.2.1:5060",
        call_id="a",
        cseq=cseq,
        q_milli=1000,
        user_agent="phone",
        source="192.0.2.1:5060",
        local="192.0.2.2:5060",
        transport="udp",
        registered_at_ms=1,
        expires_at_ms=2,
    )


def test_the_last_word_on_each_number_is_kept(tmp_path: Path) -> None:
    store = BindingFile(tmp_path / "bindings")
    store.save("1000", (binding("1000", 1),))
    store.save("1001", (binding("1001", 1), binding("1001", 2)))
    store.save("1000", (binding("1000", 3),))
    store.save("1002", (binding("1002", 1),))
    store.save("1002", ())
    store.close()
    again = BindingFile(tmp_path / "bindings")
    assert set(again.load()) == {binding("1000", 3), binding("1001", 1), binding("1001", 2)}
    again.close()


def test_a_torn_tail_costs_the_last_change_alone(tmp_path: Path) -> None:
    path = tmp_path / "bindings"
    store = BindingFile(path)
    store.save("1000", (binding("1000", 1),))
    store.save("1000", (binding("1000", 2),))
    store.close()
    changes = tmp_path / "bindings.1"
    changes.write_bytes(changes.read_bytes()[:-5])
    again = BindingFile(path)
    assert list(again.load()) == [binding("1000", 1)]
    again.close()


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "bindings"
    store = BindingFile(path, compact_bytes=10_000)
    for cseq in range(2000):
        store.save("1000", (binding("1000", cseq),))
        if cseq % 100 == 99:
            threading.Event().wait(0.03)  # batches, as registrations come
    store.close()
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) < 100_000
    again = BindingFile(path)
    assert list(again.load()) == [binding("1000", 1999)]
    again.close()


def test_what_was_saved_outlasts_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "bindings"
    writer = (
        "import os, sys; from pathlib import Path;"
        "from tests.integration.processes.test_binding_file import BindingFile, binding;"
        "store = BindingFile(Path(sys.argv[1]), compact_bytes=10_000);"
        "[store.save(str(n % 20), (binding(str(n % 20), n),)) for n in range(400)];"
        "os.kill(os.getpid(), 9)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", writer, str(path)], env=environment, check=False)
    again = BindingFile(path)
    assert set(again.load()) == {binding(str(n % 20), n) for n in range(380, 400)}
    again.close()


def test_changes_that_a_crash_left_behind_undo_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bindings"
    store = BindingFile(path)
    store.save("1000", (binding("1000", 1),))
    store.save("1001", (binding("1001", 1),))
    store.save("1001", ())
    store.close()
    changes = (tmp_path / "bindings.1").read_bytes()
    BindingFile(path).close()  # took them over
    (tmp_path / "bindings.1").write_bytes(changes)  # and was killed before it removed them
    again = BindingFile(path)
    assert set(again.load()) == {binding("1000", 1)}
    again.close()
