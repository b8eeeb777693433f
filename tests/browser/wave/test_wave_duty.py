"""An agent's own duty in queues, and what a Wave privilege takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import open_wave
from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_an_agent_logs_in_and_takes_a_break(server: Server, new_context: NewContext) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    root.patch("/v1/queues/6500", {"dynamic_agents": ["1003"]})
    dana = open_wave(new_context, server.url, "1003")
    dana.get_by_role("button", name="My queues", exact=True).click()
    queue = dana.get_by_role("group", name="Support", exact=True)
    logged_in, away = (
        queue.get_by_role("switch", name="Logged in"),
        queue.get_by_role("switch", name="On break"),
    )
    expect(away).to_be_disabled()
    logged_in.check()
    expect(logged_in).to_be_checked()
    with dana.expect_response("**/pause"):
        away.check()
    expect(away).to_be_checked()
    agents = {each["number"]: each for each in root.get("/v1/queues/6500").json()["agents"]}
    assert (agents["1003"]["logged_in"], agents["1003"]["paused"]) == (True, True)
    with dana.expect_response("**/unpause"):
        away.uncheck()
    expect(away).not_to_be_checked()
    logged_in.uncheck()
    expect(away).to_be_disabled()


def test_what_a_privilege_does_not_allow_is_not_there(
    server: Server, new_context: NewContext
) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    quiet = root.post("/v1/wave-privileges", {"name": "Quiet", "grants": []}).json()
    root.patch("/v1/extensions/1003", {"wave_privilege_id": quiet["id"]})
    dana = new_context().new_page()
    dana.goto(f"{server.url}/wave/")
    dana.get_by_label("User name", exact=True).fill("1003")
    dana.get_by_label("Password", exact=True).fill("Demo-1003!")
    dana.get_by_role("button", name="Sign in", exact=True).click()
    expect(dana.get_by_role("heading", name="Chats", level=1)).to_be_visible()
    menu = dana.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Chats", exact=True)).to_be_visible()
    for gone in ("Live Chat", "Contacts"):
        expect(menu.get_by_role("link", name=gone, exact=True)).to_have_count(0)
    expect(dana.get_by_role("button", name="New chat", exact=True)).to_have_count(0)
