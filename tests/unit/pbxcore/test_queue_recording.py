"""Talks of a queue that are recorded, and who may pause that."""

from __future__ import annotations

import pytest

from tests.unit.pbxcore.test_handing_over import press
from tests.unit.pbxcore.test_queue_calls import answered, office_with
from tests.unit.pbxcore.test_queue_flips import again


@pytest.mark.parametrize(
    ("word", "is_recorded"), [("all", 1), ("internal", 1), ("external", 0), ("off", 0)]
)
def test_a_colleagues_call_is_recorded_as_the_queue_has_it(word: str, is_recorded: int) -> None:
    with office_with("bob", about={"recorded": word}) as office:
        alice, _ = answered(office)
        assert len(office.house.workers.recordings) == is_recorded
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("with_code", [True, False])
def test_an_agent_pauses_the_recording_only_where_the_queue_lets_him(with_code: bool) -> None:
    with office_with("bob", about={"recorded": "all", "record_code": with_code}) as office:
        alice, bob = answered(office)
        code = office.house.directory.plan.codes.record
        assert code
        press(office, code)
        office.run(1)
        [call] = office.house.switchboard.calls
        assert call.recording.state == ("paused" if with_code else "on")
        anew = again(office, "bob", bob)  # as the queue has it at his other phones too
        assert call.recording.state == "on"
        assert [each.switches_recording for each in call.legs.values()] == [True, with_code]
        alice.hang_up()
        office.run()
        assert anew.notes[-1] == "ended"
        office.check()
