"""What browsers call themselves, in words people know."""

from __future__ import annotations

import pytest

from engage.people.sign_in.devices import device_of

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (f"{MAC} Version/18.1 Safari/605.1.15", "Safari", "macOS"),
        (f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36 Edg/142.0", "Edge", "Windows"),
        (f"{ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        (f"{IPHONE} CriOS/142.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0", "Firefox", "Linux"),
        ("python-requests/2.32", "python-requests", ""),
        ("", "", ""),
        ("<script>", "", ""),
    ],
)
def test_browser_and_system_are_named(user_agent: str, browser: str, system: str) -> None:
    assert device_of(user_agent) == (browser, system)
