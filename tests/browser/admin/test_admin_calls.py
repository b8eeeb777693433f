"""An administrator sees a call while it is up, ends it, and finds it in the history."""

from __future__ import annotations

import asyncio
import re
import threading
import zipfile
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, scrolls_sideways
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page, Route

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


@contextmanager
def talking(server: Server) -> Iterator[threading.Event]:
    """1000 talks to 1001, on phones in a thread of their own; the event: both have hung up."""
    up, over = threading.Event(), threading.Event()

    async def talk() -> None:
        async with AsyncExitStack() as stack:
            caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
            ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
            call = caller.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(ours))
            came = await callee.next_call()
            await came.accept(session(theirs, 0))
            await call.answered()
            up.set()
            await asyncio.gather(call.ended(), came.ended())
            over.set()

    thread = threading.Thread(target=lambda: asyncio.run(talk()))
    thread.start()
    try:
        assert up.wait(30)
        yield over
    finally:
        thread.join(30)


def choose(admin: Page, field: str, option: str) -> None:
    admin.get_by_role("combobox", name=field, exact=True).click()
    admin.get_by_role("option", name=option, exact=True).click()


def test_a_call_is_seen_ended_and_found_again(server: Server, new_context: NewContext) -> None:
    admin = open_administration(new_context, server.url, "Call History", "calls")
    expect(admin.get_by_text("No calls yet")).to_be_visible()
    with talking(server) as over:
        admin.get_by_role("link", name="Active Calls", exact=True).click()
        row = admin.get_by_role("row", name=re.compile("1000 Ana Costa"))
        expect(row.get_by_text("Talking")).to_be_visible()
        assert serious_faults(admin) == []
        row.get_by_role("button", name="Hang Up").click()
        dialog = admin.get_by_role("dialog", name="Hang up this call?")
        dialog.get_by_role("button", name="Hang Up").click()
        assert over.wait(15)
        expect(admin.get_by_text("No calls right now")).to_be_visible()
    admin.get_by_role("link", name="Call History", exact=True).click()
    row = admin.get_by_role("row", name=re.compile("1000 Ana Costa"))
    expect(row.get_by_text("Answered", exact=True)).to_be_visible()
    expect(row).to_contain_text("1001 Ben Osei")
    expect(admin.get_by_role("columnheader", name="Original Caller Number")).to_have_count(0)
    admin.get_by_role("button", name="Columns", exact=True).click()
    admin.get_by_role("menuitemcheckbox", name="Original Caller Number").click()
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("columnheader", name="Original Caller Number")).to_be_visible()
    row.get_by_role("button", name="Details").click()
    details = admin.get_by_role("dialog")
    expect(details.get_by_role("row", name=re.compile("1001 Ben Osei"))).to_contain_text("Dialled")
    assert serious_faults(admin) == []
    admin.keyboard.press("Escape")
    admin.get_by_label("Callee Number", exact=True).fill("404")
    expect(admin.get_by_text("Nothing matches")).to_be_visible()
    admin.get_by_label("Callee Number", exact=True).fill("10XX")
    expect(row).to_be_visible()
    admin.get_by_role("button", name="More Filters").click()
    choose(admin, "Action Type", "Dialled")
    expect(row).to_be_visible()
    admin.get_by_label("Talked at Least (s)").fill("soon")
    expect(admin.get_by_text("This must be a whole number.")).to_be_visible()
    admin.get_by_label("Talked at Least (s)").fill("86400")
    expect(admin.get_by_text("Nothing matches")).to_be_visible()
    admin.reload()
    expect(admin.get_by_label("Talked at Least (s)")).to_have_value("86400")
    expect(admin.get_by_text("Nothing matches")).to_be_visible()
    admin.get_by_label("Talked at Least (s)").fill("")
    expect(row).to_be_visible()
    expect(admin.get_by_label("Talked at Least (s)")).to_be_focused()  # for what is written next
    admin.set_viewport_size(NARROW)
    assert not scrolls_sideways(admin)
    admin.get_by_role("button", name="Clear Filters").press("Enter")
    expect(row).to_be_visible()
    expect(admin.get_by_role("region", name="Call History")).to_be_focused()
    expect(admin.get_by_label("Callee Number", exact=True)).to_have_value("")

    # A list whose first answer is a refusal, of what was kept, is no dead end.
    admin.get_by_label("Callee Number", exact=True).fill("404")
    expect(admin.get_by_text("Nothing matches")).to_be_visible()
    refused = {"error": {"code": "invalid", "message": "No.", "fields": {}}}
    admin.route(
        re.compile(r"/v1/calls\?.*404"), lambda route: route.fulfill(status=422, json=refused)
    )
    admin.reload()
    expect(admin.get_by_role("alert")).to_contain_text("The list could not be loaded.")
    admin.get_by_role("button", name="Show everything").press("Enter")
    expect(row).to_be_visible()


def test_calls_are_exported_with_the_columns_that_are_chosen(server: Server, desks: Desks) -> None:
    admin = desks.administration("Active Calls", "active-calls")
    with talking(server) as over:
        row = admin.get_by_role("row", name=re.compile("1000 Ana Costa"))
        row.get_by_role("button", name="Hang Up").click()
        dialog = admin.get_by_role("dialog", name="Hang up this call?")
        dialog.get_by_role("button", name="Hang Up").click()
        assert over.wait(15)
    for total, rows, heads in (
        (1, "1 row matches", "record_type,src,dst"),
        (6000, "6000 rows match", "record_type,src"),
    ):
        admin.route("**/v1/calls?*limit=*", as_if_there_were(total))
        admin.get_by_role("link", name="Active Calls", exact=True).click()
        admin.get_by_role("link", name="Call History", exact=True).click()
        admin.get_by_role("button", name="Export CSV").click()
        dialog = admin.get_by_role("dialog", name="Export CSV")
        expect(dialog).to_contain_text(rows)
        if total == 1:
            dialog.get_by_role("button", name="No columns").click()
            expect(dialog.get_by_role("button", name="Export", exact=True)).to_be_disabled()
            dialog.get_by_label("dst", exact=True).check()
            dialog.get_by_label("src", exact=True).check()
            assert serious_faults(admin) == []
        else:  # what was chosen is remembered
            dialog.get_by_label("dst", exact=True).uncheck()
        with admin.expect_download() as download:
            dialog.get_by_role("button", name="Export", exact=True).click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert text.splitlines()[0] == heads
        assert text.splitlines()[1].startswith("main_cdr,1000")
        expect(dialog).to_have_count(0)
        admin.unroute_all(behavior="wait")  # the list is read again by itself


def as_if_there_were(total: int) -> Callable[[Route], None]:
    """A list that is so long that its export takes a while."""

    def handle(route: Route) -> None:
        told = route.fetch()
        route.fulfill(response=told, json={**told.json(), "total": total})

    return handle


def test_a_call_is_recorded_heard_and_explained(server: Server, desks: Desks) -> None:
    admin = desks.administration("Active Calls", "active-calls")
    with talking(server) as over:
        row = admin.get_by_role("row", name=re.compile("1000 Ana Costa"))
        row.get_by_role("button", name="Record").click()
        expect(row.get_by_role("button", name="Stop Recording")).to_be_visible()
        row.get_by_role("button", name="Listen, Whisper, Barge").click()
        dialog = admin.get_by_role("dialog", name="Listen, Whisper, Barge")
        expect(dialog.get_by_label("Whose call")).to_have_value("1001 Ben Osei")
        dialog.get_by_label("Supervisor").fill("9999")
        assert serious_faults(admin) == []
        dialog.get_by_role("button", name="Ring the Supervisor").click()
        expect(dialog.get_by_role("alert")).to_contain_text("no such extension")
        admin.keyboard.press("Escape")
        row.get_by_role("button", name="Transfer").click()
        dialog = admin.get_by_role("dialog", name="Transfer")
        dialog.get_by_label("Number").fill("1009 1")
        dialog.get_by_role("button", name="Transfer").click()
        expect(dialog.get_by_role("alert")).not_to_be_empty()
        admin.keyboard.press("Escape")
        row.get_by_role("button", name="Hang Up").click()
        dialog = admin.get_by_role("dialog", name="Hang up this call?")
        dialog.get_by_role("button", name="Hang Up").click()
        assert over.wait(15)
    admin.get_by_role("link", name="Call Diagnosis", exact=True).click()
    admin.get_by_label("Calls", exact=True).click()
    admin.get_by_role("option", name="All calls").click()
    row = admin.get_by_role("row", name=re.compile("1000 Ana Costa")).first
    expect(row).to_contain_text("An administrator hung up.")
    expect(admin.locator("main [aria-busy=true]")).to_have_count(0)  # what is old is paler
    assert serious_faults(admin) == []
    admin.get_by_role("link", name="Recordings", exact=True).click()
    expect(admin.get_by_role("heading", name="Recordings", level=1)).to_be_visible()
    row = admin.get_by_role("row", name=re.compile("1000 Ana Costa"))
    expect(row).to_be_visible()
    admin.get_by_label("Caller Name").fill("Ana")
    choose(admin, "Type", "Conference")
    expect(admin.get_by_text("Nothing matches")).to_be_visible()
    choose(admin, "Type", "Call")
    expect(row).to_be_visible()
    row.get_by_role("checkbox").check()
    with admin.expect_download() as download:
        admin.get_by_role("toolbar").get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        [packed] = archive.namelist()
        assert re.fullmatch(r"monitor/\d{4}-\d\d/auto-\d+-1000-1001\.wav", packed)
        assert archive.read(packed).startswith(b"RIFF")
    row.get_by_role("checkbox").check()  # what was done is not chosen any more
    admin.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    dialog = admin.get_by_role("dialog", name="Delete 1 recording?")
    assert serious_faults(admin) == []
    dialog.get_by_role("button", name="Cancel").click()
    admin.get_by_role("button", name="Clear selection").click()
    row.get_by_role("button", name="Play").click()
    sound = admin.get_by_label(re.compile("Recording monitor/"))
    expect(sound).to_be_visible()
    admin.wait_for_function("() => document.querySelector('audio').readyState > 0")
    admin.keyboard.press("Escape")
    row.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    expect(admin.get_by_label("Caller Name")).to_have_value("Ana")
    admin.get_by_role("link", name="Recording", exact=True).click()
    expect(admin.get_by_role("switch", name="Stereo")).to_be_visible()
    admin.set_viewport_size(NARROW)
    assert not scrolls_sideways(admin)
