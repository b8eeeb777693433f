"""What a browser calls itself, in words people know: `Firefox` on `Linux`."""

from __future__ import annotations

import re
from typing import NamedTuple

# The first that is found names it: each of them also claims to be some that follow.
BROWSERS = (
    ("Edg", "Edge"),
    ("EdgA", "Edge"),
    ("EdgiOS", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
PROGRAM = re.compile(r"[\w.+-]{1,40}")


class Device(NamedTuple):
    """The browser or program, and the system it runs on; empty where nothing is known."""

    browser: str
    system: str


def device_of(user_agent: str) -> Device:
    """Read a User-Agent header (RFC 9110 §10.1.5) as far as people care."""
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    browser = next((name for mark, name in BROWSERS if f"{mark}/" in user_agent), "")
    if not browser and (program := PROGRAM.match(user_agent)):
        browser = program[0]
    return Device(browser, system)
