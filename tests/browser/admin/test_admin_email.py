"""An administrator sets up email, tries it, writes a template and replays what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, at, open_administration, scrolls_sideways
from tests.support.mail_sink import PASSWORD, USER, SinkThread, certificate
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SinkThread]:
    context, _ = certificate(tmp_path_factory.mktemp("mail"))
    with SinkThread(tls=context, auth=True) as running:
        yield running


def set_up(admin: Page, sink: SinkThread) -> None:
    admin.get_by_label("SMTP Server", exact=True).fill("127.0.0.1")
    admin.get_by_label("Port", exact=True).fill(str(sink.port))
    admin.get_by_label("User Name", exact=True).fill(USER)
    password = admin.get_by_label("Password", exact=True)
    if not password.is_visible():
        admin.get_by_role("button", name="Change").first.click()
    password.fill(PASSWORD)
    admin.get_by_label("Sender Address", exact=True).fill("pbx@example.test")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Saved", exact=True)).to_be_visible()


def send_test(admin: Page, to: str) -> Locator:
    test = admin.get_by_role("region", name="Test Email")
    test.get_by_label("Recipient").fill(to)
    test.get_by_role("button", name="Send Test Email").click()
    return test


def test_settings_are_made_and_a_test_email_shows_what_the_server_said(
    server: Server, desks: Desks, sink: SinkThread
) -> None:
    admin = desks.administration("Email Settings", "email")
    expect(admin.get_by_text("No SMTP server is set")).to_be_visible()
    set_up(admin, sink)
    test = send_test(admin, "no address")
    expect(test.get_by_text("Please enter a valid email address.")).to_be_visible()
    send_test(admin, "ada@example.test")
    expect(test.get_by_text("Taken by the mail server")).to_be_visible()
    expect(test.get_by_text("235 2.7.0 Authentication successful")).to_be_visible()
    expect(admin.get_by_text("Ready to send")).to_be_visible()
    assert sink.mails[-1].encrypted
    assert sink.mails[-1].recipients == ["ada@example.test"]
    admin.reload()
    expect(admin.get_by_label("SMTP Server", exact=True)).to_have_value("127.0.0.1")
    assert PASSWORD not in admin.content()
    assert serious_faults(admin) == []


def test_a_template_is_previewed_saved_and_restored(desks: Desks) -> None:
    admin = desks.administration("Email Templates", "email-templates")
    admin.get_by_role("link", name="Waiting inquiry").click()
    expect(admin.get_by_role("heading", name="Waiting inquiry", level=1)).to_be_visible()
    subject = admin.get_by_label("Subject", exact=True)
    own = subject.input_value()
    subject.fill("{{ visitor_nmae }} waits")
    preview = admin.get_by_role("region", name="Preview")
    preview.get_by_role("button", name="Show Preview").click()
    expect(preview.get_by_role("alert")).to_have_text(
        "Subject: Line 1: “visitor_nmae” is not known."
    )
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(subject).to_be_focused()
    expect(admin.locator("[data-field=subject]")).to_contain_text("“visitor_nmae” is not known.")
    subject.fill("{{ visitor_name }} waits for you")
    preview.get_by_role("button", name="Show Preview").click()
    expect(preview.get_by_text("Ada Lovelace waits for you")).to_be_visible()
    page = admin.frame_locator("iframe[title='Preview of the email']")
    expect(page.get_by_role("heading", name="A visitor is waiting")).to_be_visible()
    button = page.get_by_role("link", name="Answer in Wave")
    expect(button).to_have_css("background-color", "rgb(11, 92, 173)")  # its styles are drawn
    assert serious_faults(admin) == []
    preview.get_by_text("Plain Text", exact=True).click()
    expect(preview.get_by_label("Plain Text").last).to_contain_text("Answer in Wave:")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Saved", exact=True)).to_be_visible()
    admin.get_by_role("button", name="Restore Default").click()
    admin.get_by_role("dialog").get_by_role("button", name="Restore Default").click()
    expect(subject).to_have_value(own)
    expect(admin.get_by_role("button", name="Restore Default")).to_have_count(0)


def test_a_dead_letter_is_seen_and_sent_again(
    server: Server, desks: Desks, sink: SinkThread
) -> None:
    admin = desks.administration("Email Settings", "email")
    set_up(admin, sink)
    sink.replies["RCPT"] = ["550 5.1.1 No such person"]
    test = send_test(admin, "gone@example.test")
    expect(test.get_by_text("Not sent")).to_be_visible()
    before = len(sink.mails)
    at(admin, server.url, "email-log", "Email Send Log")
    row = admin.get_by_role("row").filter(has_text="gone@example.test").first
    expect(row).to_contain_text("550 5.1.1 No such person")
    expect(row).to_contain_text("Failed")
    row.get_by_role("button", name="Details").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog.frame_locator("iframe").get_by_role("heading")).to_have_text(
        "Sending email works"
    )
    assert serious_faults(admin) == []
    dialog.get_by_role("button", name="Close").click()
    admin.get_by_role("combobox", name="Kind").click()
    admin.get_by_role("option", name="Test email", exact=True).click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Send Again").click()
    expect(row).to_contain_text("Sent")
    wait_until(lambda: len(sink.mails) == before + 1, 5, "the mail's arrival")
    assert serious_faults(admin) == []


def test_email_pages_fit_a_phone(server: Server, desks: Desks) -> None:
    admin = desks.administration()
    admin.set_viewport_size(NARROW)
    for path, name in (("email", "Email Settings"), ("email-log", "Email Send Log")):
        at(admin, server.url, path, name)
        assert not scrolls_sideways(admin), path
    at(admin, server.url, "email-templates/offline_message/ar", "Offline message")
    admin.get_by_role("button", name="Show Preview").click()
    expect(admin.locator("iframe")).to_be_visible()
    assert not scrolls_sideways(admin)
    assert serious_faults(admin) == []


def test_a_start_option_that_rules_is_read_but_not_changed(
    new_context: NewContext, sink: SinkThread
) -> None:
    url = f"smtp://{USER}:pass%20word%2F%40%3A@127.0.0.1:{sink.port}"
    with Server("--smtp", url) as server:
        admin = open_administration(new_context, server.url, "Email Settings", "email")
        expect(
            admin.get_by_text("The mail server is set by the start option --smtp")
        ).to_be_visible()
        for name in ("SMTP Server", "Port", "Encryption", "User Name", "Password"):
            expect(admin.get_by_label(name, exact=True).first).to_be_disabled()
        switch = admin.get_by_role("switch", name="Verify Certificate", exact=True)
        expect(switch).to_be_disabled()
        expect(switch).to_have_css("opacity", "0")  # what is drawn of it is beside it
        expect(admin.get_by_label("SMTP Server", exact=True)).to_have_value("127.0.0.1")
        expect(admin.get_by_label("Sender Name", exact=True)).to_be_enabled()
        test = send_test(admin, "ada@example.test")
        expect(test.get_by_text("Taken by the mail server")).to_be_visible()
        assert serious_faults(admin) == []
