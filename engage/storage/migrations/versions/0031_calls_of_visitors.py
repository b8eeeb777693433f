"""Calls of visitors are found by their conversation.

Revision ID: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Few calls are of visitors."""
    op.create_index(
        "ix_call_conversation",
        "call",
        ["conversation"],
        sqlite_where=sa.text("conversation != ''"),
        postgresql_where=sa.text("conversation != ''"),
    )
