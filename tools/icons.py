"""Render the product's mark to the PNG files that systems want for an installed Wave.

Run it after a change of `widgets/src/shared/icons/mark.svg`: python tools/icons.py
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).parent.parent / "widgets" / "src" / "shared" / "icons"
CHROMIUM = "/usr/bin/chromium"
BRAND = "#1b5fd9"

mark = (ICONS / "mark.svg").read_text()
glyph = re.sub(r"<rect[^>]*/>", "", mark)
badge = glyph.replace(BRAND, "#000")


def framed(svg: str, share: float, background: str = "transparent") -> str:
    """The mark in the middle of a square of which it takes a share."""
    return (
        f"<style>body{{margin:0;display:grid;place-items:center;block-size:100vh;"
        f"background:{background}}}svg{{inline-size:{share:.0%}}}</style>{svg}"
    )


# A maskable icon is cut to any shape: what matters stays within 80 % (W3C appmanifest).
PICTURES = {
    "icon-192.png": (192, framed(mark, 1)),
    "icon-512.png": (512, framed(mark, 1)),
    "maskable-512.png": (512, framed(glyph, 0.72, BRAND)),
    "touch-180.png": (180, framed(glyph, 0.82, BRAND)),
    "badge-96.png": (96, framed(badge.replace('stroke="#000"', 'stroke="transparent"'), 1)),
}

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    for name, (size, content) in PICTURES.items():
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(content)
        page.screenshot(path=ICONS / name, omit_background=True)
        page.close()
    browser.close()
