"""Records of an append-only file: torn and changed tails are seen for what they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engage.processes.log_file import record, records

bodies = st.lists(st.binary(min_size=1, max_size=50), max_size=10)


@given(bodies)
def test_what_was_written_is_read(written: list[bytes]) -> None:
    data = b"".join(map(record, written))
    read = list(records(data))
    assert [body for body, _ in read] == written
    assert not read or read[-1][1] == len(data)


@given(bodies, st.data())
def test_a_torn_tail_ends_the_reading_and_spoils_nothing_before(
    written: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(map(record, written))
    torn = whole[: data.draw(st.integers(0, len(whole)))]
    read = [body for body, _ in records(torn)]
    assert read == written[: len(read)]
    assert len(b"".join(map(record, written[: len(read) + 1]))) > len(torn) or torn == whole


@given(bodies, st.binary(min_size=1, max_size=9))
def test_a_changed_record_is_not_read(written: list[bytes], last: bytes) -> None:
    changed = bytearray(record(last))
    changed[-1] ^= 1
    data = b"".join(map(record, written)) + bytes(changed)
    assert [body for body, _ in records(data)] == written


def test_a_tail_of_zeros_holds_no_records() -> None:
    data = record(b"a") + bytes(4096)  # what some file systems leave after a loss of power
    assert [body for body, _ in records(data)] == [b"a"]
