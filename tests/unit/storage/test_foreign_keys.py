"""Whoever removes a row has every table looked through that may refer to it."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from engage.storage.tables import metadata

SMALL = {"account", "extension", "extension_group_member", "livechat_counter", "queue_agent"}
"""Looked through when an administrator removes something: as many rows as there are people."""


def test_what_refers_to_a_row_is_found_by_an_index() -> None:
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            columns = tuple(column.name for column in key.columns)
            found = any(each[: len(columns)] == columns for each in indexes(table))
            assert found or table.name in SMALL, f"{table.name}{columns}"


def indexes(table: Table) -> list[tuple[str, ...]]:
    """The columns of each index, also of those that keys and unique columns have."""
    found = [table.primary_key.columns, *(each.columns for each in table.indexes)]
    found += [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [tuple(column.name for column in columns) for columns in found]
