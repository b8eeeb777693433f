"""What stands in for modules that are left out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engage.processes.start import _leave_the_mapper_out

if TYPE_CHECKING:
    import pytest


def test_a_stand_in_has_classes_but_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"sqlalchemy.ext.asyncio.{name}" for name in ("session", "scoping")]
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)  # put back as it was
    _leave_the_mapper_out()
    for name in names:
        assert sys.modules[name].AsyncSession is object
        assert not hasattr(sys.modules[name], "__file__")
