"""What the PBX does once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.running import do_each

if TYPE_CHECKING:
    import pytest


def test_a_chore_that_fails_keeps_no_other_from_being_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[str] = []

    def fails() -> None:
        raise ValueError("25:00 is no time of day")

    do_each([lambda: done.append("first"), fails, lambda: done.append("last")])
    assert done == ["first", "last"]
    assert "25:00" in caplog.text
