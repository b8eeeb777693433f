"""Write docs/api-inert-fields.md from the field tables: what the API keeps for features to come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engage.api.account_fields import ACCOUNT
from engage.api.queue_fields import QUEUE
from engage.api.trunk_fields import TRUNK
from engage.api.user_actions import USER

if TYPE_CHECKING:
    from engage.api.fields import Field, Fields

PAGE = Path(__file__).parents[1] / "docs" / "api-inert-fields.md"
HEAD = """# Fields of the HTTPS API without effect as yet

Programs may set these fields. They are checked, kept and answered faithfully, but the feature that
each steers does not exist yet; when it comes, its values are there already. Written by
`python -m tools.api_inert_fields` from the field tables; a test compares the two.
"""
TABLES: tuple[tuple[str, str, Fields], ...] = (
    ("SIP accounts", "`addSIPAccountAndUser`, `updateSIPAccount`, `getSIPAccount`", ACCOUNT),
    ("SIP trunks", "`addSIPTrunk`, `updateSIPTrunk`, `getSIPTrunk`", TRUNK),
    ("Users", "`updateUser`, `getUser`, `listUser`", USER),
    ("Call queues", "`addQueue`, `updateQueue`, `getQueue`", QUEUE),
)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(*table) for table in TABLES)


def _section(title: str, actions: str, fields: Fields) -> str:
    rows = "".join(_row(each) for each in fields if each.inert)
    return f"\n## {title}\n\n{actions}\n\n| field | values | default |\n|---|---|---|\n{rows}"


def _row(field: Field) -> str:
    default = "null" if field.default is None else str(field.default) or '""'
    values = f"{field.kind.said}{', null' if field.nullable else ''}".replace("|", "\\|")
    return f"| `{field.name}` | {values} | {default} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
