"""Rows for tables of which a test needs a few columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table


def filled(table: Table, **values: Any) -> dict[str, Any]:
    """A row whose other columns hold nothing of note."""
    usual = {
        each.name: "" if each.type.python_type is str else 0
        for each in table.columns
        if not each.nullable and each.server_default is None
    }
    return usual | values
