"""What is said to somebody who waits, one thing after the other."""

from __future__ import annotations

from pbxcore.apps.queue_stay import QueueStay
from pbxcore.queues.outputs import HoldTime, Periodic, Position


def test_a_new_position_replaces_the_one_that_was_not_said_yet() -> None:
    stay = QueueStay(
        (), (), "1000", pressed=lambda key: None, asked=lambda number: None, gone=lambda: None
    )
    stay.tell((Position(3), HoldTime(5)))
    stay.tell((Periodic("advert"),))
    stay.tell((Position(2), HoldTime(4)))
    stay.tell((Position(1),))
    assert list(stay.news) == [(Periodic("advert"),), (Position(1),)]
