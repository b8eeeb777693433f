"""Extensions from worksheets: all or nothing, by line and column, both databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engage.errors import Forbidden
from engage.people.importing import MOST_PASSWORDS, MOST_ROWS
from engage.people.model import SessionRevoked
from engage.people.numbering import NumberTaken
from engage.people.wire import EXTENSION_COLUMNS
from engage.people.worksheets import ImportRefused
from engage.system.actor import SYSTEM, Actor
from tests.support.people import ANOTHER, PASSWORD, SECRET, extension

if TYPE_CHECKING:
    from engage.people.worksheets import Outcome
    from tests.support.people import Office

ROOT = Actor("admin:root", "192.0.2.9", SYSTEM.rights)


async def run(office: Office, text: str, *, update: bool = False, dry: bool = False) -> Outcome:
    return await office.people.importing.run(ROOT, text.encode(), update=update, dry_run=dry)


async def refused(office: Office, text: str, *, update: bool = False) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefused) as raised:
        await run(office, text, update=update)
    outcome = await run(office, text, update=update, dry=True)
    assert outcome == raised.value.outcome
    return [(each.line, each.field) for each in outcome.problems]


async def test_a_worksheet_is_taken_over_as_a_whole(office: Office) -> None:
    text = (
        "number;first_name;last_name;email;max_contacts;enabled;permission;sip_secret;wave_password\n"
        f"1098;Ada;King;ada@x.test;3;no;internal-local;{SECRET};{PASSWORD}\n"
        "1099;'=Bob;;bob@x.test;;;;;\n"
    )
    assert (await run(office, text, dry=True)).added == 2
    assert office.people.extensions.listed(ROOT) == []
    outcome = await run(office, text)
    assert (outcome.added, outcome.changed, outcome.problems) == (2, 0, [])
    ada, bob = office.people.extensions.listed(ROOT)
    assert (ada.name, ada.max_contacts, ada.enabled, ada.permission) == (
        "Ada King", 3, False, "internal-local",
    )  # fmt: skip
    assert (bob.name, bob.max_contacts, bob.enabled) == ("=Bob", 1, True)
    assert await office.people.extensions.secret(ROOT, "1098") == SECRET
    assert len(await office.people.extensions.secret(ROOT, "1099")) == 16
    log = await office.log()
    assert log[0] == ("admin:root", "extension.import", "extension:")
    await office.mails(1)
    assert [to.address for _, to, _ in office.outbox.posted] == ["bob@x.test"]


async def test_mistakes_are_named_by_line_and_column_and_nothing_is_done(office: Office) -> None:
    await office.people.extensions.add(ROOT, extension("1000"))
    before = await office.log()
    text = (
        "number,email,max_contacts,enabled,permission,first_name,wave_password\n"
        "1098,ada@x.test,3,yes,internal,Ada,\n"
        "1099,nowhere,3,yes,internal,,\n"
        "1100,,11,maybe,abroad,,short\n"
        "1098,,,,,,\n"
        "70,,,,,,\n"
        "1000,,,,,,\n"
        ",x@x.test,,,,,\n"
        f"1101,,,,,{'x' * 65},\n"
        "1102,,many,,,,\n"
    )
    assert set(await refused(office, text)) == {
        (3, "email"),
        (4, "max_contacts"),
        (4, "enabled"),
        (4, "permission"),
        (5, "number"),
        (6, "number"),
        (7, "number"),
        (8, "number"),
        (9, "first_name"),
        (10, "max_contacts"),
    }
    assert [each.number for each in office.people.extensions.listed(ROOT)] == ["1000"]
    assert await office.log() == before


async def test_known_extensions_are_changed_by_the_columns_that_are_there(office: Office) -> None:
    await office.people.extensions.add(
        ROOT, extension("1098", first_name="Ada", email="a@x.test", options={"dnd": "yes"})
    )
    await office.people.extensions.add(ROOT, extension("1099", first_name="Bob"))
    ada, bob = (await office.sign_in("1098")).token, (await office.sign_in("1099")).token
    text = (
        f"number,last_name,wave_password,max_contacts\n1098,King,,\n1099,,{ANOTHER},7\n1100,New,,\n"
    )
    assert await refused(office, text) == [(2, "number"), (3, "number")]
    outcome = await run(office, text, update=True)
    assert (outcome.added, outcome.changed) == (1, 2)
    first, second, third = office.people.extensions.listed(ROOT)
    assert (first.name, first.email, first.options, first.version) == (
        "Ada King", "a@x.test", {"dnd": "yes"}, 2,
    )  # fmt: skip
    assert (second.name, second.max_contacts) == ("Bob", 7)
    assert third.name == "New"
    assert (await office.people.principal(ada)).name == "Ada King"
    with pytest.raises(SessionRevoked):
        await office.people.principal(bob)
    assert (await office.sign_in("1099", ANOTHER)).token


async def test_what_is_exported_can_be_imported_again(office: Office) -> None:
    from engage.csv_cells import cell
    from engage.people.wire import extension_json, extension_row

    await office.people.extensions.add(
        ROOT,
        extension("1098", first_name="-Ada", phone_number="+44 20", department='R&D, "lab"',
                  language="en", enabled=False, auth_id="ada+1", qualify_s=30,
                  digest_algorithms=["SHA-256", "MD5"],
                  allowed_networks=["192.0.2.0/24", "2001:db8::1"]),
    )  # fmt: skip
    [before] = office.people.extensions.listed(ROOT)
    shown = extension_json(before)
    cells = (f'"{cell(each).replace(chr(34), chr(34) * 2)}"' for each in extension_row(before))
    text = ",".join(EXTENSION_COLUMNS) + "\n" + ",".join(cells) + "\n"
    assert (await run(office, text, update=True)).changed == 1
    [after] = office.people.extensions.listed(ROOT)
    assert extension_json(after) == shown | {"version": 2}
    await office.people.extensions.delete(ROOT, ["1098"])
    assert (await run(office, text)).added == 1
    [again] = office.people.extensions.listed(ROOT)
    assert extension_json(again) == shown


async def test_a_number_taken_meanwhile_refuses_the_whole_worksheet(office: Office) -> None:
    importing = run(office, f"number,wave_password\n1098,{PASSWORD}\n1099,{PASSWORD}\n")
    adding = office.people.extensions.add(ROOT, extension("1099", wave_password=""))
    results = await asyncio.gather(adding, importing, return_exceptions=True)
    assert isinstance(results[1], NumberTaken)
    assert [each.number for each in office.people.extensions.listed(ROOT)] == ["1099"]


async def test_five_thousand_lines_are_taken_in_one_transaction(office: Office) -> None:
    office.ranges = office.ranges.model_copy(update={"check_ranges": False})
    lines = [f"{20000 + n},First {n},{n}@x.test" for n in range(MOST_ROWS)]
    text = "number,first_name,email\n" + "\n".join(lines) + "\n"
    assert (await run(office, text)).added == MOST_ROWS
    changed = await run(office, text.replace("First", "Changed"), update=True)
    assert changed.changed == MOST_ROWS
    assert office.people.name_of("20000") == "Changed 0"
    assert await refused(office, text + "30000,One,more@x.test\n") == [(MOST_ROWS + 2, "")]


async def test_more_passwords_than_are_hashed_in_a_minute_are_refused(office: Office) -> None:
    office.ranges = office.ranges.model_copy(update={"check_ranges": False})
    lines = "".join(f"{20000 + n},{PASSWORD}\n" for n in range(MOST_PASSWORDS + 1))
    assert await refused(office, "number,wave_password\n" + lines) == [(1, "wave_password")]


async def test_mails_that_were_due_at_a_crash_are_written_after_it(office: Office) -> None:
    await office.people.stop()  # no worker: as if it had ended right after the commit
    office.people = office.make()
    await office.people.reload()
    await run(office, "number,email\n1098,ada@x.test\n1099,\n")
    assert office.outbox.posted == []
    await office.people.start()
    await office.mails(1)
    assert [to.address for _, to, _ in office.outbox.posted] == ["ada@x.test"]


async def test_only_editors_import(office: Office) -> None:
    with pytest.raises(Forbidden):
        await office.people.importing.run(
            Actor("admin:x"), b"number\n1098\n", update=False, dry_run=True
        )
