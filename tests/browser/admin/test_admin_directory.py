"""Extensions, groups, queues, users and privileges, as an administrator keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import open_administration, save, scrolls_sideways, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Route

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def open_page(admin: Page, name: str) -> None:
    """Choose a page in the menu; returns when its list is there."""
    menu = admin.get_by_role("navigation", name="Administration")
    menu.get_by_role("link", name=name, exact=True).click()
    expect(admin.get_by_role("heading", name=name, level=1, exact=True)).to_be_visible()
    expect(admin.get_by_text("Loading…")).to_have_count(0)


def row(admin: Page, name: str) -> Locator:
    return admin.get_by_role("row").filter(
        has=admin.get_by_role("rowheader", name=name, exact=True)
    )


def add_extension(admin: Page, number: str, first_name: str) -> None:
    open_page(admin, "Extensions")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Extension", exact=True).fill(number)
    admin.get_by_label("First Name", exact=True).fill(first_name)
    save(admin)
    expect(row(admin, number)).to_contain_text(first_name)


def choose(admin: Page, field: str, *words: str) -> None:
    box = admin.get_by_role("combobox", name=field, exact=True)
    for word in words:
        box.fill(word)
        expect(admin.get_by_role("option", name=re.compile(word))).to_be_visible()
        box.press("ArrowDown")
        box.press("Enter")
    box.press("Escape")


def test_an_extension_is_added_found_changed_and_deleted(desks: Desks) -> None:
    admin = desks.administration()
    add_extension(admin, "1100", "Emil")
    admin.get_by_label("Search", exact=True).fill("emil")
    expect(admin.get_by_role("rowheader")).to_have_count(1)

    row(admin, "1100").get_by_role("link", name="Edit").click()
    expect(admin.get_by_role("heading", name="Extension 1100", level=1)).to_be_visible()
    expect(admin.get_by_label("Extension", exact=True)).to_be_disabled()
    admin.get_by_label("Last Name", exact=True).fill("Ek")
    save(admin)
    # the list is found as it was left
    expect(admin.get_by_label("Search", exact=True)).to_have_value("emil")
    expect(row(admin, "1100")).to_contain_text("Emil Ek")

    row(admin, "1100").get_by_role("button", name="Disable").click()
    expect(row(admin, "1100")).to_contain_text("Disabled")

    row(admin, "1100").get_by_role("button", name="Delete").click()
    dialog = admin.get_by_role("dialog", name="Delete “1100 Emil Ek”?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Delete").click()
    expect(admin.get_by_text("Nothing matches")).to_be_visible()


def test_problems_stand_at_their_fields(desks: Desks) -> None:
    admin = desks.administration("Extensions", "extensions")
    admin.get_by_role("button", name="Add", exact=True).click()
    number = admin.get_by_label("Extension", exact=True)
    expect(number).to_have_attribute("required", "")
    save(admin)
    expect(number).to_be_focused()
    expect(number).to_have_accessible_description(re.compile("required"))

    number.fill("1101")
    admin.get_by_label("Email", exact=True).fill("no address")
    save(admin)
    email = admin.get_by_label("Email", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_value("1101")

    email.fill("")
    number.fill("1000")
    save(admin)
    expect(admin.get_by_role("alert").filter(has_text="Ana Costa")).to_be_visible()


def test_a_long_form_has_tabs_and_opens_the_one_with_the_mistake(desks: Desks) -> None:
    admin = desks.administration("Extensions", "extensions")
    admin.get_by_role("link", name="1003").click()
    tabs = admin.get_by_role("tablist", name="Parts of this form", exact=True)
    basic, media = (tabs.get_by_role("tab", name=each) for each in ("Basic Settings", "Media"))
    expect(basic).to_have_attribute("aria-selected", "true")
    basic.focus()
    admin.keyboard.press("ArrowRight")
    expect(media).to_be_focused()
    expect(admin.get_by_role("combobox", name="Alert-Info", exact=True)).to_be_visible()
    expect(admin.get_by_label("First Name", exact=True)).to_be_hidden()
    admin.keyboard.press("End")
    last = tabs.get_by_role("tab", name="Shared Call Appearance")
    expect(last).to_be_focused()
    admin.keyboard.press("ArrowRight")
    expect(basic).to_be_focused()
    assert serious_faults(admin) == []

    tabs.get_by_role("tab", name="Features").click()
    ring = admin.get_by_label("Ring Timeout", exact=False)
    ring.fill("1")
    basic.click()
    save(admin)
    expect(tabs.get_by_role("tab", name="Features 1 field to check")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(ring).to_be_focused()
    basic.click()
    admin.get_by_role("list", name="Fields to check").get_by_role("button").click()
    expect(ring).to_be_focused()
    ring.fill("60")
    expect(admin.get_by_role("list", name="Fields to check")).to_have_count(0)


def test_unsaved_changes_are_not_lost_by_leaving(desks: Desks) -> None:
    admin = desks.administration("Extensions", "extensions")
    admin.get_by_role("link", name="1003").click()
    admin.get_by_label("Department", exact=True).fill("Garden")
    expect(admin.get_by_text("Not saved yet")).to_be_visible()
    admin.get_by_role("link", name="Operation Log").click()
    question = admin.get_by_role("dialog", name="Leave without saving?")
    question.get_by_role("button", name="Cancel").click()
    expect(admin.get_by_label("Department", exact=True)).to_have_value("Garden")
    admin.go_back()
    question.get_by_role("button", name="Leave").click()
    expect(admin.get_by_role("heading", level=1)).not_to_have_text("Extension 1003")


def test_two_who_edit_the_same_are_told(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    first = desks.administration()
    second = open_administration(new_context, server.url)
    for each in (first, second):
        open_page(each, "Extensions")
        each.get_by_role("link", name="1002").click()
        expect(each.get_by_label("First Name", exact=True)).to_have_value("Chen")
    second.get_by_label("Department", exact=True).fill("Theirs")
    save(second)
    expect(second.get_by_role("heading", name="Extensions", level=1)).to_be_visible()

    first.get_by_label("Department", exact=True).fill("Mine")
    save(first)
    told = first.get_by_role("dialog", name="Somebody else has changed this")
    expect(told).to_contain_text("saved a change while you were editing")
    told.get_by_role("button", name="Load their version").click()
    expect(first.get_by_label("Department", exact=True)).to_have_value("Theirs")
    first.get_by_label("Department", exact=True).fill("Mine")
    save(first)
    expect(first.get_by_role("heading", name="Extensions", level=1)).to_be_visible()

    # the other way round: who insists overwrites, and only what they changed
    for each in (first, second):
        each.get_by_role("link", name="1002").click()
        expect(each.get_by_label("Department", exact=True)).to_have_value("Mine")
    second.get_by_label("Job Title", exact=True).fill("Theirs stays")
    save(second)
    expect(second.get_by_role("heading", name="Extensions", level=1)).to_be_visible()
    first.get_by_label("Department", exact=True).fill("Insisted")
    save(first)
    told.get_by_role("button", name="Overwrite").click()
    expect(first.get_by_role("heading", name="Extensions", level=1)).to_be_visible()
    first.get_by_role("link", name="1002").click()
    expect(first.get_by_label("Department", exact=True)).to_have_value("Insisted")
    expect(first.get_by_label("Job Title", exact=True)).to_have_value("Theirs stays")


def test_deleting_names_what_refers_to_it(desks: Desks) -> None:
    admin = desks.administration("Call Queues", "queues")
    row(admin, "Support").get_by_role("button", name="Delete").click()
    dialog = admin.get_by_role("dialog", name="Delete “Support (6500)”?")
    expect(dialog.get_by_role("listitem")).to_have_text(["Demo"])
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be deleted")
    admin.keyboard.press("Escape")
    expect(row(admin, "Support")).to_be_visible()


def test_many_are_chosen_and_changed_at_once(desks: Desks) -> None:
    admin = desks.administration()
    for number in ("1110", "1111"):
        add_extension(admin, number, "Gone")
    admin.get_by_label("Search", exact=True).fill("gone")
    expect(admin.get_by_role("rowheader")).to_have_count(2)
    admin.get_by_role("checkbox", name="Select all on this page").check()
    chosen = admin.get_by_role("toolbar", name="With the selected ones")
    expect(chosen).to_contain_text("2 selected")
    chosen.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog", name="Delete 2 extensions?").get_by_role(
        "button", name="Delete"
    ).click()
    expect(admin.get_by_text("Nothing matches")).to_be_visible()


def test_a_worksheet_is_looked_through_before_it_is_taken(desks: Desks, tmp_path: Path) -> None:
    admin = desks.administration("Extensions", "extensions")
    with admin.expect_download() as downloaded:
        admin.get_by_role("link", name="Export CSV").click()
    table = downloaded.value.path().read_text(encoding="utf-8-sig")
    assert "1000,Ana,Costa" in table
    sheet = tmp_path / "people.csv"
    sheet.write_text("number,first_name,email\n1120,Ida,ida@example.test\n1121,Jon,no address\n")
    admin.get_by_role("button", name="Import CSV").click()
    admin.get_by_label("CSV file").set_input_files(sheet)
    wrong = admin.get_by_role("region", name="Lines with errors").get_by_role("row")
    expect(wrong.filter(has=admin.get_by_role("rowheader", name="3"))).to_contain_text("email")
    expect(admin.get_by_role("button", name="Import", exact=True)).to_have_count(0)

    sheet.write_text("number,first_name,email\n1120,Ida,ida@example.test\n1121,Jon,\n")
    admin.get_by_label("CSV file").set_input_files(sheet)
    expect(admin.get_by_role("status").filter(has_text="2 are added")).to_be_visible()
    admin.get_by_role("button", name="Import", exact=True).click()
    expect(row(admin, "1120")).to_contain_text("Ida")
    expect(row(admin, "1121")).to_contain_text("Jon")


def test_groups_and_queues_are_imported_too(desks: Desks, tmp_path: Path) -> None:
    admin = desks.administration()
    sheets = {
        "Extension Groups": "name,members\nImported,1000 1001\n",
        "Call Queues": "number,name,static_agents\n6510,Imported,1000\n",
    }
    for page, text in sheets.items():
        sheet = tmp_path / "sheet.csv"
        sheet.write_text(text)
        open_page(admin, page)
        admin.get_by_role("button", name="Import CSV").click()
        expect(admin.get_by_role("heading", name=f"Import {page}", level=1)).to_be_visible()
        admin.get_by_label("CSV file").set_input_files(sheet)
        admin.get_by_role("button", name="Import", exact=True).click()
        expect(row(admin, "Imported")).to_be_visible()
        # a second time it is there already
        admin.get_by_role("button", name="Import CSV").click()
        admin.get_by_label("CSV file").set_input_files(sheet)
        expect(admin.get_by_role("region", name="Lines with errors")).to_be_visible()
        admin.get_by_role("checkbox", name=re.compile("that are there already")).check()
        expect(admin.get_by_role("status").filter(has_text="1 is changed")).to_be_visible()


def test_a_group_and_its_members(desks: Desks) -> None:
    admin = desks.administration("Extension Groups", "extension-groups")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Sales")
    choose(admin, "Members", "1000", "1003")
    save(admin)
    expect(row(admin, "Sales")).to_contain_text("2 extensions")
    row(admin, "Sales").get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(admin, "Sales")).to_have_count(0)


def test_a_queue_its_agents_and_their_breaks(desks: Desks) -> None:
    admin = desks.administration("Call Queues", "queues")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Extension", exact=True).fill("6501")
    admin.get_by_label("Name", exact=True).fill("Sales Line")
    choose(admin, "Static Agents", "1000")
    choose(admin, "Dynamic Agents", "1001")
    save(admin)
    expect(row(admin, "Sales Line")).to_contain_text("1 static, 1 dynamic")
    admin.get_by_role("link", name="Sales Line").click()
    agents = admin.get_by_role("region", name="Agents").get_by_role("listitem")
    ana, ben = agents.filter(has_text="Ana Costa"), agents.filter(has_text="Ben Osei")
    expect(ana).to_contain_text("On duty")
    expect(ben).to_contain_text("Logged out")
    ana.get_by_role("button", name="Pause", exact=True).click()
    expect(ana).to_contain_text("On break")
    ana.get_by_role("button", name="Unpause").click()
    expect(ana).to_contain_text("On duty")


def test_a_user_with_a_custom_privilege_sees_what_it_opens(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    admin = desks.administration("Custom Privileges", "privileges")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Reception")
    levels = admin.get_by_role("group", name="Modules")
    levels.get_by_role("radiogroup", name="Extensions", exact=True).get_by_text("View").click()
    levels.get_by_role("radiogroup", name="Call Queues").get_by_text("Edit").click()
    save(admin)
    expect(row(admin, "Reception")).to_contain_text("Call Queues")

    open_page(admin, "Users")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("User Name", exact=True).fill("rosa")
    admin.get_by_label("Password", exact=True).fill("Reception-2026!")
    admin.get_by_role("combobox", name="Privilege", exact=True).click()
    admin.get_by_role("option", name="Custom Privilege").click()
    admin.get_by_role("combobox", name="Custom Privilege").click()
    admin.get_by_role("option", name="Reception").click()
    save(admin)
    expect(row(admin, "rosa")).to_contain_text("Reception")

    rosa = new_context().new_page()
    rosa.goto(f"{server.url}/admin/")
    sign_in(rosa, "rosa", "Reception-2026!")
    menu = rosa.get_by_role("navigation", name="Administration")
    of_queues = ["Call Queues", "Queue Switchboard", "Queue Settings", "QueueMetrics"]
    expect(menu.get_by_role("link")).to_have_text(
        [
            "Extensions",
            *of_queues,
            "Number Ranges",
            "First Steps",
            "Queue Statistics",
            "Agent Log",
            "Scheduled Queue Reports",
        ]
    )
    expect(rosa.get_by_role("heading", name="Extensions", level=1)).to_be_visible()
    expect(rosa.get_by_role("button", name="Add", exact=True)).to_have_count(0)
    row(rosa, "1000").get_by_role("link", name="View").click()
    expect(rosa.get_by_text("may look at this page")).to_be_visible()
    expect(rosa.get_by_label("First Name", exact=True)).to_be_disabled()
    expect(rosa.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    rosa.goto(f"{server.url}/admin/#/users")
    expect(rosa.get_by_role("heading", name="No access", level=1)).to_be_visible()


def test_wave_privileges_open_delete_chat(desks: Desks) -> None:
    admin = desks.administration("Wave Privileges", "wave-privileges")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Managers")
    admin.get_by_role("group", name="Privileges").get_by_label("Delete Chat").check()
    save(admin)
    expect(row(admin, "Managers")).to_contain_text("Delete Chat")
    open_page(admin, "Extensions")
    admin.get_by_role("link", name="1003").click()
    admin.get_by_role("combobox", name="Wave Privilege").click()
    admin.get_by_role("option", name="Managers").click()
    save(admin)
    open_page(admin, "Wave Privileges")
    row(admin, "Managers").get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("dialog").get_by_role("listitem")).to_have_text(["Dana Novak"])


def test_who_chooses_another_page_while_saving_gets_there(desks: Desks) -> None:
    admin = desks.administration("Extension Groups", "extension-groups")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    admin.route("**/v1/extension-groups", hold)
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Night watch")
    save(admin)
    admin.get_by_role("link", name="Call Queues", exact=True).click()
    expect(admin.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    held[0].continue_()
    expect(admin.get_by_role("heading", name="Call Queues", level=1)).to_be_visible()
    open_page(admin, "Extension Groups")
    expect(row(admin, "Night watch")).to_be_visible()


def test_the_operation_log_tells_who_did_what(desks: Desks) -> None:
    admin = desks.administration()
    add_extension(admin, "1130", "Logged")
    open_page(admin, "Operation Log")
    admin.get_by_label("Search", exact=True).fill("1130")
    entry = admin.get_by_role("row").filter(has_text="1130")
    expect(entry).to_contain_text("Extension: added")
    expect(entry).to_contain_text("admin")
    expect(entry).to_contain_text("Done")
    entry.get_by_role("button", name="Details").click()
    details = admin.get_by_role("dialog", name="Extension: added")
    expect(details).to_contain_text("extension:1130")
    admin.keyboard.press("Escape")
    admin.get_by_label("Search", exact=True).fill("")
    admin.get_by_role("combobox", name="Area").click()
    admin.get_by_role("option", name="Call Queues").click()
    expect(admin.get_by_role("rowheader").filter(has_text="Extension:")).to_have_count(0)
    with admin.expect_download() as downloaded:
        admin.get_by_role("link", name="Export CSV").click()
    assert "queue.add" in downloaded.value.path().read_text(encoding="utf-8-sig")


def test_lists_are_sorted_paged_and_arranged(desks: Desks) -> None:
    admin = desks.administration("Extensions", "extensions")
    admin.get_by_role("columnheader", name="Name").get_by_role("button").click()
    admin.get_by_role("columnheader", name="Name").get_by_role("button").click()
    expect(admin.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "descending"
    )
    names = admin.get_by_role("cell").filter(has_text=re.compile("^Name"))
    expect(names.first).to_be_visible()
    admin.get_by_role("button", name="Columns").click()
    admin.get_by_role("menuitemcheckbox", name="Department").click()
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("columnheader", name="Department")).to_be_visible()
    admin.reload()
    expect(admin.get_by_role("columnheader", name="Department")).to_be_visible()
    assert not scrolls_sideways(admin)
