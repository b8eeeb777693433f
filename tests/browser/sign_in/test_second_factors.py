"""Second factors in a real browser: set up, used, required, reset; sessions ended live."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pyotp
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, open_wave, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.server import Server


def local(server: Server) -> str:
    """The server by a name: passkeys belong to names."""
    return f"http://localhost:{server.http_port}"


def open_security(page: Page) -> None:
    page.get_by_role("button", name="own menu").click()
    page.get_by_role("menuitem", name="Password and security").click()
    expect(page.get_by_role("heading", name="Password and security", level=1)).to_be_visible()


def at_the_door(new_context: NewContext, url: str, user: str, **options: Any) -> Page:
    page = new_context(**options).new_page()
    page.goto(f"{url}/{'admin' if user == 'admin' else 'wave'}/")
    sign_in(page, user, f"Demo-{user}!")
    return page


def set_up_app(page: Page, within: Locator | Page | None = None) -> tuple[pyotp.TOTP, list[str]]:
    """Through the dialog that shows the picture: the app, and the recovery codes."""
    part = within or page.get_by_role("dialog")
    picture = part.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 50")
    app = pyotp.TOTP(part.get_by_label("Or type this key").inner_text().replace(" ", ""))
    part.get_by_label("Code", exact=True).fill("000000")
    part.get_by_role("button", name="Confirm", exact=True).click()
    expect(part.get_by_role("alert")).to_contain_text("wrong")
    part.get_by_label("Code", exact=True).fill(app.now())
    part.get_by_role("button", name="Confirm", exact=True).click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    return app, codes.all_inner_texts()


def next_code(app: pyotp.TOTP) -> str:
    """A code of a step that was not used yet; the server takes the next one early."""
    return app.at(int(time.time()) + 30)


def virtual_device(page: Page, *, verifies: bool = True) -> None:
    """A device with a finger reader, played by the browser (CDP's WebAuthn domain)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def change_settings(server: Server, **values: object) -> None:
    """As an administrator's program does."""
    token = ask(server, "POST", "/v1/sign-in", {"user": "admin", "password": "Demo-admin!"})[
        "token"
    ]
    ask(server, "PATCH", "/v1/settings/security", {"values": values}, token)


def ask(
    server: Server, method: str, path: str, body: object, token: str | None = None
) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(  # noqa: S310 - the server under test
        server.url + path, json.dumps(body).encode(), headers, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return dict(json.loads(answer.read() or b"{}"))


def test_an_app_from_setting_it_up_to_signing_in_by_it(
    server: Server, new_context: NewContext
) -> None:
    page = open_wave(new_context, server.url, "1000")
    open_security(page)
    expect(page.get_by_text("A page opened by an IP address can have no passkeys")).to_be_visible()
    page.get_by_role("button", name="Set up app").click()
    expect(page.get_by_role("dialog")).to_have_css("opacity", "1")  # it fades in
    assert serious_faults(page) == []
    app, codes = set_up_app(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert all(code in download.value.path().read_text() for code in codes)
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 codes are left")).to_be_visible()

    page = at_the_door(new_context, server.url, "1000")
    expect(page.get_by_role("heading", name="Confirm that it is you", level=1)).to_be_visible()
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill("123456")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    assert serious_faults(page) == []
    field.fill(next_code(app))
    field.press("Enter")
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()

    page = at_the_door(new_context, server.url, "1000")
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code", exact=True).fill(codes[0].upper())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    open_security(page)
    expect(page.get_by_text("9 codes are left")).to_be_visible()
    page.get_by_role("button", name="Remove app").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Not set up")).to_be_visible()


def test_a_passkey_as_second_step_and_alone(server: Server, new_context: NewContext) -> None:
    page = open_wave(new_context, local(server), "1001")
    virtual_device(page)
    open_security(page)
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Create passkey").click()
    page.get_by_role("button", name="I have kept them").click()
    passkeys = page.get_by_role("list", name="Passkeys")
    expect(passkeys).to_contain_text("Work laptop")
    assert serious_faults(page) == []
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("already")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Rename Work laptop").click()
    page.get_by_label("Name of the passkey").fill("Office")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(passkeys).to_contain_text("Office")

    def leave() -> None:
        page.get_by_role("button", name="own menu").click()
        page.get_by_role("menuitem", name="Sign out").click()

    leave()
    sign_in(page, "1001", "Demo-1001!")
    page.get_by_role("button", name="Use your passkey").click()
    inside = page.get_by_role("navigation").get_by_role("link", name="Chats")
    expect(inside).to_be_visible()
    leave()
    page.get_by_role("button", name="Use a passkey").click()
    expect(inside).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Remove Office").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(passkeys).to_have_count(0)


def test_a_device_that_verifies_nobody_makes_no_passkey(
    server: Server, new_context: NewContext
) -> None:
    page = open_wave(new_context, local(server), "1001")
    virtual_device(page, verifies=False)
    open_security(page)
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("No passkey was used")


def test_a_change_asks_for_the_password_again(new_context: NewContext, server: Server) -> None:
    page = open_wave(new_context, server.url, "1003")
    page.route("**/v1/me/second-factor/app", refused_once("proof_needed"), times=1)
    open_security(page)
    page.get_by_role("button", name="Set up app").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Present password").fill("wrong")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not your present password")
    assert serious_faults(page) == []
    dialog.get_by_label("Present password").fill("Demo-1003!")
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


def refused_once(code: str) -> Callable[[Any], None]:
    """What the server answers when the password was given more than five minutes ago."""
    body = json.dumps({"error": {"code": code, "message": ""}})
    return lambda route: route.fulfill(status=403, content_type="application/json", body=body)


def test_where_it_is_required_nothing_opens_before(server: Server, new_context: NewContext) -> None:
    change_settings(server, second_factor="administrators")
    try:
        page = at_the_door(new_context, server.url, "admin")
        expect(page.get_by_role("heading", name="Set up a second factor", level=1)).to_be_visible()
        expect(page.get_by_role("navigation")).to_have_count(0)
        assert serious_faults(page) == []
        page.get_by_role("button", name="Use an authenticator app").click()
        app, _ = set_up_app(page, page)
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_role("heading", name="Message Broadcast", level=1)).to_be_visible()
        page = at_the_door(new_context, server.url, "admin")
        page.get_by_label("Code", exact=True).fill(next_code(app))
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Message Broadcast", level=1)).to_be_visible()
        open_security(page)
        page.get_by_role("button", name="Remove app").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_text("A second factor is required here")).to_be_visible()
        page.goto(f"{server.url}/admin/#/security")
        page.get_by_role("heading", name="Security Settings", level=1).wait_for()
        page.get_by_label("Require a Second Factor").click()
        page.get_by_role("option", name="Nobody has to").click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved")).to_be_visible()
        open_security(page)
        page.get_by_role("button", name="Remove app").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_text("Not set up")).to_be_visible()
    finally:
        page.close()


def test_ending_a_session_puts_the_other_browser_out_as_one_watches(
    server: Server, new_context: NewContext
) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    other = open_wave(new_context, server.url, "1002", user_agent=firefox)
    page = open_wave(new_context, server.url, "1002")
    open_security(page)
    sessions = page.get_by_role("list", name="Where you are signed in")
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions.get_by_text("This session")).to_have_count(1)
    page.get_by_role("button", name="Sign out Firefox on Linux").click()
    expect(other.get_by_text("Your session is over")).to_be_visible()
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    sign_in(other, "1002", "Demo-1002!")
    third = open_wave(new_context, server.url, "1002")
    page.reload()
    page.get_by_role("button", name="Sign out everywhere else").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere else").click()
    for gone in (other, third):
        expect(gone.get_by_text("Your session is over")).to_be_visible()
    expect(page.get_by_role("heading", name="Password and security", level=1)).to_be_visible()


def test_changing_the_password_says_what_is_wrong_at_its_field(
    server: Server, new_context: NewContext
) -> None:
    page = open_wave(new_context, server.url, "1002")
    open_security(page)
    page.get_by_role("button", name="Change password").click()
    dialog = page.get_by_role("dialog")
    send = dialog.get_by_role("button", name="Change password")
    send.click()
    expect(dialog.get_by_text("This field is required.")).to_have_count(2)
    dialog.get_by_label("Present password").fill("wrong")
    dialog.get_by_label("New password").fill("Quite-new-1")
    send.click()
    expect(dialog.get_by_label("Present password")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("This is not your present password.")).to_be_visible()
    assert serious_faults(page) == []
    dialog.get_by_label("Present password").fill("Demo-1002!")
    send.click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()


def test_pages_of_security_fit_phones_and_read_from_the_right(
    server: Server, new_context: NewContext
) -> None:
    for user, path in (("1000", "/wave/#/security"), ("admin", "/admin/#/own-security")):
        for locale, direction in (("en", "ltr"), ("ar", "rtl")):
            page = new_context(viewport=NARROW, locale=locale).new_page()
            page.goto(server.url + path)
            page.locator("input[autocomplete=username]").fill(user)
            page.locator("input[type=password]").fill(f"Demo-{user}!")
            assert not sideways(page)
            page.locator("button[type=submit]").click()
            page.locator("main section").nth(2).locator("li").first.wait_for()
            assert page.evaluate("document.documentElement.dir") == direction
            assert not sideways(page), path
            assert serious_faults(page) == []


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_an_administrator_resets_and_ends(server: Server, new_context: NewContext) -> None:
    person = open_wave(new_context, server.url, "1003")
    open_security(person)
    person.get_by_role("button", name="Set up app").click()
    set_up_app(person)
    page = open_administration(new_context, server.url)
    page.goto(f"{server.url}/admin/#/extensions/1003")
    page.get_by_role("button", name="End sessions").click()
    page.get_by_role("dialog").get_by_role("button", name="End sessions").click()
    expect(person.get_by_text("Your session is over")).to_be_visible()
    page.get_by_role("button", name="Reset second factor").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset second factor").click()
    expect(page.get_by_text("The second factor is reset")).to_be_visible()
    expect(person.get_by_role("dialog")).to_have_count(0)  # it waits with its page
    person.get_by_label("User name", exact=True).press("Tab")
    expect(person.get_by_label("Password", exact=True)).to_be_focused()
    sign_in(person, "1003", "Demo-1003!")
    expect(person.get_by_role("dialog", name="Recovery codes")).to_be_visible()
    expect(person.get_by_role("heading", name="Password and security")).to_be_visible()
