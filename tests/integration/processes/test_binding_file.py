"""Bindings of phones survive the process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from engage.processes.binding_file import BindingFile
from pbxcore.presence.bindings import StoredBinding

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
    path.write_bytes(path.read_bytes()[:-5])
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
    assert path.stat().st_size < 100_000
    again = BindingFile(path)
    assert list(again.load()) == [binding("1000", 1999)]
    again.close()
