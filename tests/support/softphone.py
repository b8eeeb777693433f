"""Wave's softphone in Chromium: its microphone says a tone, and what it plays is measured."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import open_wave

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Locator, Page

    from tests.support.desk import NewContext


ENDS = re.compile("^(Hang up|Decline)$")
_SOUND = """
(() => {
  let [context, spoken] = [];
  // A page that only waits for calls computes no silence.
  const sound = () => {
    context ??= new AudioContext();
    return context.resume();
  };
  window.silence = () => context?.suspend();
  const speak = () => {
    const [voice, level] = [context.createOscillator(), context.createGain()];
    const out = context.createMediaStreamDestination();
    voice.frequency.value = HZ;
    level.gain.value = 0.4;
    voice.connect(level).connect(out);
    voice.start();
    return out.stream;
  };
  navigator.mediaDevices.getUserMedia = async () => {
    await sound();
    spoken ??= speak();
    return spoken.clone();
  };
  const ears = new Map();
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      (window.connections ??= []).push(this);
      this.addEventListener("track", ({ track }) => {
        sound();
        const ear = context.createAnalyser();
        ear.fftSize = 8192;
        context.createMediaStreamSource(new MediaStream([track])).connect(ear);
        ears.set(track, ear);
        track.addEventListener("ended", () => ears.delete(track));
      });
    }
  };
  window.iceUsers = () => {
    const { localDescription, remoteDescription } = window.connections.at(-1);
    return [localDescription, remoteDescription].map(({ sdp }) => /ice-ufrag:(.*)/.exec(sdp)[1]);
  };
  // The strongest frequency of all that is played, 0 when nothing is.
  window.heardHz = () => {
    let [best, hz] = [-55, 0];
    for (const [track, ear] of ears) {
      if (track.readyState === "ended") continue;
      const powers = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(powers);
      powers.forEach((power, bin) => {
        if (power > best) [best, hz] = [power, (bin * context.sampleRate) / ear.fftSize];
      });
    }
    return hz;
  };
  // Whether all of these are played at once, whatever else is.
  window.hearsAll = (tones) => tones.every((hz) => [...ears].some(([track, ear]) => {
    if (track.readyState === "ended") return false;
    const powers = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(powers);
    return powers[Math.round((hz * ear.fftSize) / context.sampleRate)] > -60;
  }));
})();
"""


def speaks(context: BrowserContext, hz: float) -> None:
    """Let the microphone of all pages of a profile say a tone, and measure what they play."""
    context.add_init_script(_SOUND.replace("HZ", str(hz)))


def listens(page: Page | Frame, until: str, arg: object = None) -> None:
    """Wait until something is true of what a page, or a frame in it, plays.

    It is measured now and then: at each frame, as usual, that took more than the call.
    """
    page.wait_for_function(until, arg=arg, timeout=30_000, polling=100)


def hears(page: Page | Frame, hz: float) -> None:
    """Wait until this tone is what is played."""
    listens(page, "hz => Math.abs(heardHz() - hz) < 15", hz)


def hears_no_more(page: Page | Frame, hz: float) -> None:
    """Wait until this tone is not what is played; music may be."""
    listens(page, "hz => Math.abs(heardHz() - hz) > 15", hz)


class Softphone:
    """One person's Wave, open at its calls."""

    def __init__(self, new_context: NewContext, url: str, number: str, hz: float) -> None:
        self.hz, self.number, self._url = hz, number, url

        def prepared(**options: object) -> BrowserContext:
            context = new_context(**options)
            speaks(context, hz)
            return context

        self.page: Page = open_wave(prepared, url, number)
        self.open_calls()

    def open_calls(self) -> None:
        """Go to the calls, and wait until one can call."""
        self.page.get_by_role("link", name="Calls", exact=True).click()
        self.is_ready()

    def is_ready(self, page: Page | None = None) -> None:
        """Wait until it is registered."""
        expect((page or self.page).get_by_text("Ready for calls")).to_be_visible()

    def another_tab(self) -> Page:
        """A second tab of the same person."""
        page = self.page.context.new_page()
        page.goto(f"{self._url}/wave/#/calls")
        expect(page.get_by_role("heading", name="Calls", level=1)).to_be_visible()
        return page

    def call(self, number: str) -> None:
        """Type a number and call it."""
        self.page.get_by_label("Number or name", exact=True).fill(number)
        self.page.get_by_role("button", name="Call", exact=True).click()

    def ringing(self, page: Page | None = None) -> Locator:
        """What tells of somebody who calls."""
        return (page or self.page).get_by_role("alertdialog")

    def answer(self) -> None:
        """Take the call."""
        self.ringing().get_by_role("button", name="Answer", exact=True).click()

    def current(self, name: str = "") -> Locator:
        """The card of a call that is up, by whom it is with."""
        calls = self.page.get_by_role("list", name="Current calls", exact=True)
        return calls.get_by_role("listitem", name=name)

    def press(self, button: str, name: str = "") -> None:
        """Press a button of a call."""
        self.current(name).get_by_role("button", name=button, exact=True).click()

    def is_connected(self, name: str = "") -> None:
        """Wait until the two talk."""
        expect(self.current(name)).to_contain_text("Connected")

    def end_all(self) -> None:
        """Hang up, and decline who calls; returns when no call is shown any more."""
        self.page.get_by_role("link", name="Calls", exact=True).click()
        ends = self.page.get_by_role("button", name=ENDS)
        ends.evaluate_all("buttons => buttons.forEach((each) => each.click())")
        expect(self.ringing()).to_have_count(0)
        expect(self.current()).to_have_count(0)
        self.page.evaluate("silence()")

    def hears(self, hz: float) -> None:
        """Wait until this tone is what is played."""
        hears(self.page, hz)

    def hears_all(self, *tones: float) -> None:
        """Wait until these tones are played together."""
        listens(self.page, "tones => hearsAll(tones)", list(tones))

    def hears_no_more(self, hz: float) -> None:
        """Wait until this tone is not played any more; music may be."""
        hears_no_more(self.page, hz)

    def ice_users(self) -> list[str]:
        """The names that both sides of the connection check each other by."""
        return list(self.page.evaluate("iceUsers()"))

    def hears_nothing(self) -> None:
        """Wait until nothing is played."""
        listens(self.page, "() => heardHz() === 0")
