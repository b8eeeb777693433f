"""Fields of paging groups that programs set are in the groups themselves.

They steered nothing until then: whoever finds his announcements silent has to send them again, and
nobody hears one that was forgotten long ago.

Revision ID: 0062
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing reads what was kept beside them."""
    op.execute("DELETE FROM api_kept WHERE kind = 'paging_group'")
