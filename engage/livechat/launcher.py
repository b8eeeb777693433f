"""The button that the loader draws on a web site: its shape, its picture."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from engage.errors import N_

LOOK = N_("Look")

Icon = Literal["bubble", "bubbles", "question", "headset", "mail", "wave"]
ICONS: dict[Icon, str] = {
    "bubble": "M6 4h12a3 3 0 013 3v7a3 3 0 01-3 3h-6l-5 4v-4H6a3 3 0 01-3-3V7a3 3 0 013-3z",
    "bubbles": (
        "M4 3h10a2 2 0 012 2v5a2 2 0 01-2 2H9l-4 3v-3H4a2 2 0 01-2-2V5a2 2 0 012-2z"
        "M19 9h1a2 2 0 012 2v5a2 2 0 01-2 2h-1v3l-4-3h-4a2 2 0 01-2-2"
    ),
    "question": (
        "M12 3a9 9 0 100 18 9 9 0 000-18z"
        "M9.500 9.500a2.500 2.500 0 113.500 2.300c-.7.300-1 .9-1 1.700M12 17v.01"
    ),
    "headset": (
        "M4 14v-2a8 8 0 0116 0v2M4 14h3v5H5a1 1 0 01-1-1zM20 14h-3v5h2a1 1 0 001-1z"
        "M17 19c0 2-2 2.500-5 2.500"
    ),
    "mail": "M3 6h18v12H3zM3 7l9 7 9-7",
    "wave": "M3 12c2-5 4-5 6 0s4 5 6 0 4-5 6 0M3 18c2-5 4-5 6 0s4 5 6 0 4-5 6 0",
}
"""Strokes on a grid of 24 by 24."""

_BAR = (
    "button{display:flex;align-items:center;gap:10px;width:auto;max-width:calc(100vw - 40px);"
    "padding:15px 20px}svg,img{flex:none;width:24px}"
    "button::after{content:attr(aria-label);overflow:hidden;font:600 15px/1.2 system-ui;"
    "white-space:nowrap;text-overflow:ellipsis}"
)

_PICTURE = (
    "img{width:100%;height:100%;object-fit:contain}"
    "[aria-expanded=false] img+svg,[aria-expanded=true] img{display:none}"
)
"""A picture of the site's own stands for the icon, but for the cross that closes the chat."""


def ink_on(color: str) -> str:
    """White on a colour such as `#1f6feb`, or black where white could not be read.

    Which of the two has more contrast by WCAG 2's relative luminance, with its curve taken as a
    power of 2.2.
    """
    red, green, blue = ((int(color[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5))
    return "#000" if 0.21 * red + 0.72 * green + 0.07 * blue > 0.18 else "#fff"


class LauncherOptions(BaseModel):
    """Fields of the live chat form."""

    launcher_style: Literal["round", "bar"] = Field(
        default="round",
        title=N_("Launcher style"),
        description=N_("A bar shows the launcher text beside the picture."),
        json_schema_extra={
            "control": "select",
            "section": LOOK,
            "labels": {"round": N_("Round"), "bar": N_("Bar")},
        },
    )
    launcher_icon: Icon = Field(
        default="bubble",
        title=N_("Launcher icon"),
        description=N_(
            "A logo and an icon of your own can be uploaded once the live chat is saved; that icon"
            " is then shown instead."
        ),
        json_schema_extra={
            "control": "select",
            "section": LOOK,
            "labels": {
                "bubble": N_("Speech bubble"),
                "bubbles": N_("Two speech bubbles"),
                "question": N_("Question mark"),
                "headset": N_("Headset"),
                "mail": N_("Envelope"),
                "wave": N_("Waves"),
            },
        },
    )

    def launcher(self, picture: str) -> dict[str, str]:
        """What the loader is told: the icon's strokes, the picture in its place, more rules."""
        return {
            "icon": ICONS[self.launcher_icon],
            "picture": picture,
            "css": (_PICTURE if picture else "") + (_BAR if self.launcher_style == "bar" else ""),
        }
