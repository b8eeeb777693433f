"""Random edits and deletions: every client ends with the same messages, whatever it heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.chat.model import MessageGone, NotYours
from engage.errors import NotFound
from tests.support.colleagues import Office, author, person
from tests.support.examples import examples
from tests.support.following import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.storage.database import Database


class Step(NamedTuple):
    """What somebody does; `at` chooses the message, and whether a frame is heard."""

    number: str
    what: str
    at: int
    heard: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["1000", "1001"]),
        st.sampled_from(["say", "say", "edit", "edit", "delete"]),
        st.integers(0, 6),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


def messages(events: Iterable[dict[str, Any]]) -> list[tuple[int, str | None, int]]:
    """What a client shows: sequence, text and what made it so (`shared/conversation.ts`)."""
    shown: dict[int, dict[str, Any]] = {}
    for event in events:
        if event["kind"] == "message":
            shown[event["seq"]] = dict(event)
            continue
        message = shown[event["of"]]
        if "deleted" in message:
            continue
        if event["kind"] == "deleted":
            shown[event["of"]] = {"deleted": event["seq"]}
        elif event.get("text") is not None and message.get("edited", 0) < event["seq"]:
            message |= {"text": event["text"], "edited": event["seq"]}
    return [
        (seq, each.get("text"), each.get("deleted") or each.get("edited", 0))
        for seq, each in sorted(shown.items())
    ]


async def do(office: Office, conversation: str, step: Step, key: int) -> None:
    said = [each["seq"] for each in await office.seen("1000", conversation)]
    if step.what == "say" or not said:
        await office.say(step.number, conversation, f"said {key}")
        return
    seq = int(str(said[step.at % len(said)]))
    who, client_id = author(step.number), f"key-{key}"
    try:
        if step.what == "edit":
            await office.corrections.edit(
                who, conversation, seq, client_id=client_id, text=f"edited {key}"
            )
        else:
            await office.corrections.delete(who, conversation, seq, client_id=client_id)
    except (NotYours, MessageGone, NotFound):
        pass  # refused, and nothing of it is in the log


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_all_clients_end_with_the_same_messages(
    database: Database, steps: list[Step]
) -> None:
    office = Office(database)
    group, _ = await office.groups.create(person("1000"), name="G", members=["1001"], history="all")
    listener = Reader(office.hub, "user:1001", group)
    loser = Reader(office.hub, "user:1000", group)
    for key, step in enumerate(steps):
        before = len(office.connections.told("user:1001"))
        await do(office, group, step, key)
        for frame in office.connections.told("user:1001")[before:]:
            await listener.hear(frame)
            if step.heard:
                await loser.hear(frame)
    await office.groups.add(person("1000"), group, ["1002"])
    await loser.catch_up()
    await listener.catch_up()
    newcomer = await office.seen("1002", group)
    logs = (listener.events, loser.events, newcomer)
    one, *others = ([e for e in log if e["kind"] != "system"] for log in logs)
    assert [messages(each) for each in others] == [messages(one)] * 2
    deleted = {seq for seq, text, _ in messages(one) if text is None}
    assert not any("text" in e for e in newcomer if e.get("of", e["seq"]) in deleted)
