"""What a live chat asks for besides name, address and number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Invalid
from engage.livechat.custom_fields import CustomField
from tests.support.office import ANA

if TYPE_CHECKING:
    from tests.support.office import Office

ORDER = CustomField(label="Order number", required=True)
TOPIC = CustomField(label="Topic", kind="select", choices=("Sales", "Support"))


async def test_agents_see_what_was_answered_when_the_chat_began(office: Office) -> None:
    await office.add("asking", custom_fields=(ORDER, TOPIC))
    session = await office.begin("asking", answers={"Order number": "A-17", "Topic": "Sales"})
    card = await office.service.cards.read(ANA, str(session.conversation_id))
    assert card["inquiry"]["answers"] == [
        {"label": "Order number", "value": "A-17", "kind": "text"},
        {"label": "Topic", "value": "Sales", "kind": "select"},
    ]


async def test_a_chat_does_not_begin_without_what_must_be_answered(office: Office) -> None:
    await office.add("asking", custom_fields=(ORDER, TOPIC))
    with pytest.raises(Invalid) as refused:
        await office.begin("asking", answers={"Topic": "Else"})
    assert set(refused.value.fields) == {"custom.Order number", "custom.Topic"}
