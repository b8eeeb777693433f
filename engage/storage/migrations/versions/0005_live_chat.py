"""Live chats are administered: unique names, repeated creations, deletion; mails and answers.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new, and give names that differ in case only a number."""
    op.add_column("livechat", sa.Column("name_key", sa.Text(), nullable=True))
    op.add_column("livechat", sa.Column("client_id", sa.Text(), nullable=True))
    op.add_column("livechat", sa.Column("deleted_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("inquiry", sa.Column("mailed_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("inquiry", sa.Column("answered_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("inquiry", sa.Column("answered_by", sa.Text(), nullable=True))
    _name_each_once(op.get_bind())
    op.create_index("ix_livechat_name_key", "livechat", ["name_key"], unique=True)
    op.create_index("ix_livechat_client_id", "livechat", ["client_id"], unique=True)


def _name_each_once(connection: sa.Connection) -> None:
    livechats = sa.table("livechat", sa.column("id"), sa.column("name"), sa.column("name_key"))
    taken: set[str] = set()
    for row in connection.execute(sa.select(livechats).order_by(livechats.c.id)).all():
        name, number = row.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{row.name} {number}"
        taken.add(name.casefold())
        connection.execute(
            sa.update(livechats)
            .where(livechats.c.id == row.id)
            .values(name=name, name_key=name.casefold())
        )
