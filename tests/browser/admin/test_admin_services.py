"""An administrator arranges what answers calls by itself: prompts, menus, what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.program import Program
from tests.support.tone import write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.desks import Desks
    from tests.support.server import Server


def choose(admin: Page, field: str, option: str) -> None:
    admin.get_by_role("combobox", name=field, exact=True).last.click()
    admin.get_by_role("option", name=option, exact=True).click()


def test_a_prompt_is_uploaded_and_a_menu_plays_it(
    server: Server, desks: Desks, tmp_path: Path
) -> None:
    admin = desks.administration("Custom Prompts", "custom-prompts")
    admin.get_by_label("Sound file").set_input_files(write_tone(tmp_path / "Hello.wav", 440))
    expect(admin.get_by_role("rowheader", name="Hello")).to_be_visible()
    assert serious_faults(admin) == []
    admin.get_by_role("link", name="IVR", exact=True).click()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Name", exact=True).fill("Main")
    admin.get_by_label("Extension", exact=True).fill("7000")
    choose(admin, "Prompts", "Hello")
    admin.keyboard.press("Escape")
    admin.get_by_role("button", name="Add a row", exact=True).click()
    row = admin.get_by_role("group", name="Keys 1", exact=True)
    row.get_by_role("combobox", name="Number", exact=True).click()
    admin.get_by_role("option", name="(1001)").click()
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("rowheader", name="Main")).to_be_visible()
    [added] = Program(server.url, "admin", "Demo-admin!").get("/v1/ivrs").json()["items"]
    assert (len(added["prompts"]), added["keys"][0]["destination"]) == (
        1,
        {"kind": "extension", "value": "1001"},
    )


def test_services_have_pages(desks: Desks) -> None:
    admin = desks.administration()
    for page, empty in (
        ("Dial by Name", "No directories yet"),
        ("Announcements", "No announcements yet"),
        ("Announcement Center", "No announcements yet"),
        ("Announcement Groups", "No groups yet"),
        ("DISA", "No DISAs yet"),
        ("Callback", "No callbacks yet"),
        ("Wake-up Service", "No wake-up calls yet"),
    ):
        admin.get_by_role("link", name=page, exact=True).click()
        expect(admin.get_by_text(empty)).to_be_visible()
        admin.get_by_role("button", name="Add", exact=True).first.click()
        expect(admin.get_by_label("Name", exact=True)).to_be_visible()
        assert serious_faults(admin) == []


def test_a_ringtone_is_uploaded_heard_and_kept_while_somebody_rings_with_it(
    server: Server, desks: Desks, tmp_path: Path
) -> None:
    admin = desks.administration("Alert-Info Prompt", "ringtones")
    sound = admin.get_by_label("Sound file")
    sound.set_input_files(
        {"name": "Long.wav", "mimeType": "audio/wav", "buffer": b"x" * 501 * 1024}
    )
    expect(admin.get_by_role("alert").filter(has_text="500 KB")).to_be_visible()
    sound.set_input_files({"name": "Text.wav", "mimeType": "audio/wav", "buffer": b"no sound"})
    expect(admin.get_by_role("alert").filter(has_text="no sound")).to_be_visible()
    sound.set_input_files(write_tone(tmp_path / "Gong.wav", 440, seconds=5))
    expect(admin.get_by_role("rowheader", name="Gong")).to_be_visible()
    assert serious_faults(admin) == []
    row = admin.get_by_role("row").filter(has=admin.get_by_role("rowheader", name="Gong"))
    row.get_by_role("button", name="Play").click()
    heard = admin.get_by_role("dialog", name="Gong").locator("audio")
    expect(heard).to_have_js_property("error", None)
    admin.get_by_role("button", name="Close", exact=True).click()
    with admin.expect_download() as download:
        row.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes()[:4] == b"RIFF"

    admin.goto(f"{server.url}/admin/#/extensions/1003")
    admin.get_by_role("tab", name="Media", exact=True).click()
    expect(admin.get_by_label("Custom Alert-Info", exact=True)).to_have_count(0)
    choose(admin, "Alert-Info", "Custom")
    choose(admin, "Ringtone", "Gong")
    admin.get_by_label("Custom Alert-Info", exact=True).fill("Extension")
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.get_by_role("link", name="Alert-Info Prompt", exact=True).click()
    row.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(admin.get_by_role("dialog")).to_contain_text("needs it")


def test_music_is_uploaded_and_chosen(desks: Desks, tmp_path: Path) -> None:
    admin = desks.administration("Music On Hold", "music-classes")
    admin.get_by_role("rowheader", name="Default").get_by_role("link").click()
    sounds = [write_tone(tmp_path / f"{name}.wav", 440, seconds=2) for name in ("Two", "One")]
    admin.get_by_label("Sound file").set_input_files(sounds)
    files = admin.get_by_role("region", name="Files").get_by_role("listitem")
    expect(files).to_have_text(["One", "Two"])
    assert serious_faults(admin) == []
    files.first.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(files).to_have_text(["Two"])
    choose(admin, "Order", "Random")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("row", name="Default")).to_contain_text("Random")
    admin.get_by_role("link", name="RTP and Tones", exact=True).click()
    expect(admin.get_by_label("RTP Timeout", exact=True)).to_have_value("60")
    admin.get_by_role("link", name="Custom Prompts", exact=True).click()
    admin.get_by_role("button", name="Record by Phone").click()
    expect(admin.get_by_role("heading", name="Record by Phone")).to_be_visible()
    assert serious_faults(admin) == []
