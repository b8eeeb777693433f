"""The first lines of tables in files: what each column is, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.errors import N_
from engage.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field, its name as a message id, and the unit of its numbers."""

    field: str
    name: str
    unit: str = ""

    def head(self, language: str) -> str:
        """As it stands above the column."""
        name = translate(self.name, language)
        return f"{name} ({self.unit})" if self.unit else name


KEY, NAME = Column("key", N_("Key")), Column("name", N_("Name"))
"""What figures are about: they stand before them in a line."""
KIND = Column("kind", N_("Kind"))
"""Stands before those where lines about several kinds of things are in one table."""


def heads(columns: Iterable[Column], language: str) -> list[str]:
    """The first line of a table."""
    return [each.head(language) for each in columns]
