"""Names, typing and read marks as a visitor's chat has them."""

from __future__ import annotations

import pytest

from engage.hub.manners import Shown, first_word, told_mark
from engage.hub.model import Manners, Participant, decode_manners, encode_manners

VISITOR, ANA = "visitor:v1", "user:1000"
STAFF = {"kind": "agent", "id": "1000", "name": "Ana Costa"}
OTHER = {"kind": "visitor", "id": "v1", "name": "Vera Smith"}


def first_name(number: str, name: str) -> str:
    return {"1000": "Ana Maria"}.get(number) or first_word(number, name)


ALIAS, FIRST = Shown(Manners(alias="Care"), first_name), Shown(Manners(names="first"), first_name)


@pytest.mark.parametrize(("shown", "name"), [(ALIAS, "Care"), (FIRST, "Ana Maria")])
def test_staff_has_the_name_it_is_given_wherever_an_event_names_it(shown: Shown, name: str) -> None:
    ana = {"id": "1000", "name": "Ana Costa"}
    said = {"kind": "message", "author": STAFF, "text": "Ana Costa"}
    assert shown.event(said) == {**said, "author": {**STAFF, "name": name}}
    taken = {"kind": "assigned", "author": STAFF, "agent": ana, "former": ana}
    assert {shown.event(taken)[each]["name"] for each in ("author", "agent", "former")} == {name}
    offered = {"kind": "state", "author": STAFF, "by": ana, "to": {"kind": "agent", **ana}}
    assert {shown.event(offered)[each]["name"] for each in ("by", "to")} == {name}
    joined = {
        "kind": "system",
        "code": "joined",
        "author": STAFF,
        "agent": ana,
        "name": "Ana Costa",
    }
    assert shown.event(joined)["name"] == name


def test_visitors_bots_queues_and_files_keep_theirs() -> None:
    assert ALIAS.event({"kind": "message", "author": OTHER})["author"] == OTHER
    bot = {"kind": "assigned", "author": {"kind": "bot", "id": "b", "name": "Robo"}}
    bot["agent"] = {"id": "b", "name": "Robo"}
    assert ALIAS.event(bot) == bot
    queue = {"kind": "queue", "id": "6500", "name": "Support"}
    assert ALIAS.event({"kind": "state", "author": STAFF, "to": queue})["to"] == queue
    refused = {"kind": "system", "code": "file_refused", "name": "a.exe", "author": OTHER}
    assert ALIAS.event(refused)["name"] == "a.exe"


def test_a_visitor_who_ends_the_chat_keeps_their_name() -> None:
    own = {"id": "v1", "name": "Vera Smith"}
    ended = {"kind": "state", "state": "ended", "author": OTHER, "by": own}
    assert ALIAS.event(ended) == ended


def test_who_has_no_first_name_is_not_called_by_the_last() -> None:
    nameless = Shown(Manners(names="first", nameless="Servicio"), lambda number, name: "")
    assert nameless.name("1003", "Costa") == "Servicio"
    away = {"kind": "system", "code": "agent_away", "author": {"kind": "system"}, "name": "Costa"}
    away["agent"] = {"id": "1003", "name": "Costa"}
    assert nameless.event(away)["name"] == "Servicio"


def test_a_name_nobody_knows_any_more_begins_with_the_first_name() -> None:
    assert FIRST.name("1999", "Ben Osei") == "Ben"
    assert Shown(Manners(), first_name).name("1000", "Ana Costa") == "Ana Costa"


def test_only_who_serves_is_kept_from_what_a_visitor_has_read() -> None:
    quiet = Manners(read_marks=False)
    visitors = Participant(VISITOR, "Vera", 0, False, 5, 4)
    assert told_mark(quiet, visitors, ANA).read == 0
    assert told_mark(quiet, visitors, ANA).delivered == 5
    assert told_mark(quiet, visitors, VISITOR) == visitors
    assert told_mark(Manners(), visitors, ANA) == visitors


def test_manners_are_stored_where_they_are_not_the_usual_ones() -> None:
    assert encode_manners(Manners()) is None
    alias = Manners(alias="Care", typing=False)
    assert decode_manners(encode_manners(alias)) == alias
    assert decode_manners(None) == Manners()
