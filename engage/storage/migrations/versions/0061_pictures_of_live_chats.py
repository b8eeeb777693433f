"""A logo, and a picture for the button on web sites.

Revision ID: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No live chat has one."""
    op.add_column("livechat", sa.Column("pictures", sa.JSON(none_as_null=True), nullable=True))
