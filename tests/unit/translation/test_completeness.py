"""What counts as translated."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message

from tools.catalogs import SAME, translated


@pytest.mark.parametrize(
    ("message", "counts"),
    [
        (Message("Name", "Nombre"), True),
        (Message("Name", ""), False),
        (Message("Name", "Name"), False),
        (Message("Name", "Name", user_comments=[SAME]), True),
        (Message("Name", "Nombre", flags=["fuzzy"]), False),
        (Message(("%(n)d day", "%(n)d days"), ("%(n)d Tag", "%(n)d Tage")), True),
        (Message(("%(n)d day", "%(n)d days"), ("%(n)d Tag", "")), False),
        (Message(("%(n)d day", "%(n)d days"), ("%(n)d day", "%(n)d days")), False),
    ],
)
def test_a_source_repeated_counts_only_where_it_is_marked(message: Message, counts: bool) -> None:
    assert translated(message) is counts
