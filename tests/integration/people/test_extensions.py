"""Extensions on both databases: rules, races, welcome mails, what ends with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from engage.errors import Forbidden, Invalid, NotFound
from engage.people.admin_forms import NewAdmin
from engage.people.events import ExtensionsDropped, ExtensionsSaved, SessionEnded
from engage.people.extension_forms import ExtensionChange
from engage.people.group_forms import NewGroup
from engage.people.model import (
    Reference,
    SessionRevoked,
    WrongCredentials,
)
from engage.people.numbering import NumberOfAdministrator, NumberOfExtension, NumberOfQueue
from engage.people.numbers import NumberRanges
from engage.people.queue_bodies import NewQueue
from engage.system.actor import SYSTEM, Actor, Module, Rights
from engage.system.editing import Edited, InUse
from tests.support.people import ANOTHER, PASSWORD, SECRET, extension

if TYPE_CHECKING:
    from tests.support.people import Office

ROOT = Actor("admin:root", "192.0.2.9", SYSTEM.rights)
VIEWER = Actor("admin:viewer", rights=Rights({Module.EXTENSIONS: "view"}))


async def test_what_was_added_is_there_with_everything(office: Office) -> None:
    new = extension(
        "1099", first_name="Ada", last_name="Lovelace", email="ada@example.test",
        phone_number="+44 20 7946 0018", department="Engines", job_title="Analyst",
        max_contacts=3, permission="internal-local", language="en",
        options={"dnd": "no", "cfu": None, "list": [1, {"a": "b"}]},
    )  # fmt: skip
    entry = await office.people.extensions.add(ROOT, new)
    for name in ("first_name", "email", "phone_number", "department", "job_title",
                 "max_contacts", "permission", "language"):  # fmt: skip
        assert getattr(entry, name) == getattr(new, name)
    assert entry.options == new.options
    assert (entry.version, entry.wave_privilege_id) == (1, "0")
    assert await office.people.extensions.secret(ROOT, "1099") == SECRET
    assert (await office.sign_in("1099")).principal.name == "Ada Lovelace"
    await office.events.settled()
    assert ExtensionsSaved(("1099",)) in office.heard
    assert await office.log() == [
        ("admin:root", "extension.add", "extension:1099"),
        ("admin:root", "extension.read_secret", "extension:1099"),
    ]


async def test_two_who_add_one_number_at_once_make_one_extension(office: Office) -> None:
    adding = [office.people.extensions.add(ROOT, extension("1099")) for _ in range(4)]
    results = await asyncio.gather(*adding, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == [
        "ExtensionEntry", "NumberOfExtension", "NumberOfExtension", "NumberOfExtension",
    ]  # fmt: skip
    assert len(await office.log()) == 1


async def test_a_repeated_creation_is_answered_with_what_it_made(office: Office) -> None:
    extensions = office.people.extensions
    adding = [extensions.add(ROOT, extension("1099", client_id="c1")) for _ in range(3)]
    made = await asyncio.gather(*adding)
    assert {each.account_id for each in made} == {made[0].account_id}
    assert len(await office.log()) == 1


async def test_a_taken_number_is_refused_by_the_name_of_what_has_it(office: Office) -> None:
    office.ranges = NumberRanges(check_ranges=False)
    people = office.people
    await people.extensions.add(ROOT, extension("1000", first_name="Ana"))
    await people.queues.add(ROOT, NewQueue(number="6500", name="Support"))
    await people.administrators.add(
        ROOT, NewAdmin(user_name="1234", display_name="Rita", password=PASSWORD)
    )
    for number, error, name in (
        ("1000", NumberOfExtension, "Ana"),
        ("6500", NumberOfQueue, "Support"),
        ("1234", NumberOfAdministrator, "Rita"),
    ):
        with pytest.raises(error) as refused:
            await people.extensions.add(ROOT, extension(number))
        assert refused.value.params == {"number": number, "name": name}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "12ab"),
        ("number", "7001"),
        ("number", "0100"),
        ("email", "no address"),
        ("language", "xx"),
        ("sip_secret", "12345"),
        ("sip_secret", "onlyletters"),
        ("sip_secret", "1099abc"),
        ("sip_secret", "Pässwort-1"),
        ("wave_password", "short"),
        ("wave_password", "password1"),
        ("wave_password", "12345678"),
        ("wave_privilege_id", "none"),
        ("options", {"much": "x" * 40_000}),
    ],
)
async def test_what_will_not_do_is_named_by_its_field(
    office: Office, field: str, value: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        await office.people.extensions.add(
            ROOT, extension("1099").model_copy(update={field: value})
        )
    assert list(refused.value.fields) == [field]
    assert await office.log() == []


async def test_the_range_holds_for_new_numbers_until_it_is_not_checked(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        await office.people.extensions.add(ROOT, extension("20"))
    assert refused.value.params["extensions_to"] == 6299
    office.ranges = NumberRanges(check_ranges=False)
    assert (await office.people.extensions.add(ROOT, extension("20"))).number == "20"


async def test_a_change_keeps_what_it_does_not_name(office: Office) -> None:
    extensions = office.people.extensions
    before = await extensions.add(
        ROOT, extension("1099", first_name="Ada", email="a@x.test", options={"a": 1, "b": 2})
    )
    change = ExtensionChange(last_name="King", options={"b": 3}, version=1)
    after = await extensions.update(ROOT, "1099", change)
    assert (after.name, after.email, after.version) == ("Ada King", "a@x.test", 2)
    assert after.options == {"a": 1, "b": 3}
    assert after.sealed_secret == before.sealed_secret
    assert (await office.sign_in("1099")).principal.name == "Ada King"


async def test_the_second_of_two_editors_is_told_who_was_first(office: Office) -> None:
    await office.people.extensions.add(ROOT, extension("1099"))
    ann, bob = Actor("admin:ann", rights=ROOT.rights), Actor("admin:bob", rights=ROOT.rights)
    editing = [
        office.people.extensions.update(who, "1099", ExtensionChange(first_name=who.who, version=1))
        for who in (ann, bob)
    ]
    first, second = await asyncio.gather(*editing, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert first.first_name == "admin:ann"
    assert isinstance(second, Edited)
    assert second.params == {"by": "ann", "version": 2}
    assert office.people.extensions.get(ROOT, "1099").version == 2


async def test_another_password_or_switching_off_ends_the_sessions(office: Office) -> None:
    extensions = office.people.extensions
    await extensions.add(ROOT, extension("1099"))
    for change, back in (
        (ExtensionChange(wave_password=ANOTHER), ANOTHER),
        (ExtensionChange(enabled=False), None),
    ):
        token = (await office.sign_in("1099", PASSWORD if back else ANOTHER)).token
        await extensions.update(ROOT, "1099", change)
        with pytest.raises(SessionRevoked):
            await office.people.principal(token)
    with pytest.raises(WrongCredentials):
        await office.sign_in("1099", ANOTHER)
    [entry] = office.people.pbx_directory.directory()[0]
    assert not entry.enabled


async def test_deleting_ends_everything_and_names_what_referred_to_it(office: Office) -> None:
    people = office.people
    for number in ("1001", "1002", "1003"):
        await people.extensions.add(ROOT, extension(number))
    group = await people.groups.add(ROOT, NewGroup(name="All", members=["1001", "1002"]))
    await people.queues.add(ROOT, NewQueue(number="6500", name="Support", static_agents=["1001"]))
    token = (await office.sign_in("1001")).token
    referring = await people.extensions.references(ROOT, ["1001"])
    assert [(each.kind, each.id, each.name) for each in referring] == [
        ("extension_group", group.id, "All"),
        ("queue", "6500", "Support"),
    ]
    await people.extensions.delete(ROOT, ["1001", "1003"])
    await office.events.settled()
    assert ExtensionsDropped(("1001", "1003")) in office.heard
    assert any(isinstance(each, SessionEnded) for each in office.heard)
    with pytest.raises(SessionRevoked):
        await people.principal(token)
    assert people.groups.get(ROOT, group.id).members == ("1002",)
    assert people.queues.get(ROOT, "6500").agents == ()
    assert [each.number for each in people.pbx_directory.directory()[0]] == ["1002"]


async def test_what_another_could_not_work_without_is_not_deleted(office: Office) -> None:
    await office.people.extensions.add(ROOT, extension("1001"))
    await office.people.extensions.add(ROOT, extension("1002"))
    chat = Reference("livechat", "x", "Demo", blocking=True)
    office.referring.to["extension", "1001"] = [chat]
    with pytest.raises(InUse) as refused:
        await office.people.extensions.delete(ROOT, ["1002", "1001"])
    assert refused.value.params["names"] == "Demo"
    assert len(office.people.extensions.listed(ROOT)) == 2
    with pytest.raises(NotFound):
        await office.people.extensions.delete(ROOT, ["1002", "1009"])
    assert len(office.people.extensions.listed(ROOT)) == 2


async def test_without_a_password_the_user_is_welcomed_and_cannot_sign_in(office: Office) -> None:
    new = extension("1099", first_name="Ada", email="ada@x.test", wave_password="", language="en")
    await office.people.extensions.add(ROOT, new)
    [(kind, to, params)] = office.outbox.posted
    assert (kind, to.address, to.name, to.language) == ("welcome", "ada@x.test", "Ada", "en")
    link = str(params["link"])
    assert {**params, "link": ""} == {
        "full_name": "Ada", "user_name": "1099", "extension": "1099", "link": "",
        "valid_for": 7 * 24 * 3600,
    }  # fmt: skip
    for guess in ("", "!", PASSWORD):
        with pytest.raises(WrongCredentials):
            await office.sign_in("1099", guess)
    await office.people.links.redeem(link.rpartition("/")[2], ANOTHER, "192.0.2.1")
    assert (await office.sign_in("1099", ANOTHER)).principal.id == "1099"
    await office.people.extensions.add(ROOT, extension("1098", email="b@x.test"))
    assert len(office.outbox.posted) == 1  # who was given a password needs no link


async def test_without_the_right_nothing_is_shown_or_done(office: Office) -> None:
    extensions = office.people.extensions
    await extensions.add(ROOT, extension("1099"))
    nobody = Actor("admin:nobody")
    for refused in (lambda: extensions.listed(nobody), lambda: extensions.get(nobody, "1099")):
        with pytest.raises(Forbidden):
            refused()
    assert extensions.get(VIEWER, "1099").number == "1099"
    for refused_work in (
        extensions.add(VIEWER, extension("1098")),
        extensions.update(VIEWER, "1099", ExtensionChange(first_name="x")),
        extensions.delete(VIEWER, ["1099"]),
        extensions.secret(VIEWER, "1099"),
    ):
        with pytest.raises(Forbidden):
            await refused_work
