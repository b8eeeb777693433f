"""Rows of trunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.storage.named_rows import NamedRows
from engage.storage.tables import trunks
from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_model import TrunkEntry

if TYPE_CHECKING:
    from collections.abc import Mapping


class TrunkRepository(NamedRows[TrunkEntry]):
    """Trunks."""

    table = trunks
    key_column = trunks.c.name_key

    @staticmethod
    def values(entry: TrunkEntry) -> Mapping[str, Any]:
        """A row without the columns that never change."""
        return {
            "name": entry.form.name,
            "name_key": entry.key,
            "password": entry.sealed_password,
            "settings": entry.form.model_dump(exclude={"name", "password"})
            | {"options": dict(entry.options)},
            "version": entry.version,
        }

    @staticmethod
    def entry(row: Any) -> TrunkEntry:
        """What a row says."""
        settings = dict(row.settings)
        options = settings.pop("options", {})
        form = TrunkForm.model_validate({"name": row.name, **settings})
        return TrunkEntry(row.id, form, row.password, row.version, row.created_at_ms, options)
