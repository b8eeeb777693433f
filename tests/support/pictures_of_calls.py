"""Cameras that say who they are, and pictures that move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

_CAMERA = """(() => {
  const sound = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!wanted.video) return sound(wanted);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 180];
    const pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = "COLOUR";
      pen.fillRect(0, 0, 320, 180);
      pen.fillStyle = "white";
      pen.fillRect((Date.now() / 20) % 320, 60, 20, 60);
    }, 200);
    return canvas.captureStream(5);
  };
})()"""


def camera(colour: str) -> str:
    """A script: what films from now on shows a moving bar on this colour."""
    return _CAMERA.replace("COLOUR", colour)


def films(context: BrowserContext, colour: str) -> None:
    """The camera of all pages of a profile."""
    context.add_init_script(camera(colour))


def is_shown(shown: Locator) -> None:
    """Wait until there is a picture of some size that moves on."""
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("paused", value=False)
    shown.evaluate(
        """video => new Promise((done) => {
          const look = () => video.videoWidth > 0 && video.currentTime > 0
            ? done() : requestAnimationFrame(look);
          look();
        })"""
    )
