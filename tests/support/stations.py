"""Programs of others, and Wave, behind one set of actions: what one does with a telephone.

Each says a tone of its own. What linphonec hears it writes down in pieces, for a file is whole when
the next one begins. baresip keeps what it hears until a session changes, as on hold; who held a
call sends back from then on what it plays, and the other side hears itself.
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.support.baresip import Baresip
from tests.support.linphone import Linphone
from tests.support.server import wait_until
from tests.support.softphone import Softphone
from tests.support.tone import ends_with, holds, says, write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import NewContext
    from tests.support.server import Server

LASTS_S: Final = 1800
_LINE: Final = "aubridge,line"
"""A pair of devices of baresip: what it plays on the one comes from the other."""
_FILE_NAMES_DIFFER_S: Final = 1.1
"""baresip names the files of its calls by the second."""
_PIECE_S: Final = 1.5
_KEYS: Final = {"*": "Star", "#": "Hash"}


class Station(ABC):
    """A telephone that is registered as `number` and says `hz`."""

    number: str
    hz: float
    echoes = False
    """Whether it can only prove that it hears by sending that back."""

    @abstractmethod
    def call(self, number: str) -> None:
        """Call somebody."""

    @abstractmethod
    def rings(self) -> None:
        """Wait until somebody calls."""

    @abstractmethod
    def answer(self) -> None:
        """Take the call; another one waits meanwhile."""

    @abstractmethod
    def hold(self) -> None:
        """Let the other side wait."""

    @abstractmethod
    def resume(self) -> None:
        """Go on with who waits."""

    @abstractmethod
    def press(self, keys: str) -> None:
        """Press keys in a call."""

    @abstractmethod
    def transfer(self, number: str) -> None:
        """Send the other side elsewhere at once."""

    @abstractmethod
    def ask(self, number: str) -> None:
        """Call somebody who is to get the other side."""

    @abstractmethod
    def connect(self) -> None:
        """Connect the other side with who was asked."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the call."""

    @abstractmethod
    def hears(self, hz: float) -> None:
        """Wait until it hears this tone."""

    @abstractmethod
    def hears_no_more(self, hz: float) -> None:
        """Wait until it does not hear this tone; music may be."""

    def forget(self) -> None:  # noqa: B027 - for those who count
        """Begin anew: calls that came before are over."""

    def speak(self) -> None:  # noqa: B027 - most do by themselves
        """Say the tone, where it has to be told."""

    def send_back(self) -> None:  # noqa: B027 - for those who echo
        """Say what is heard, in place of the tone."""


def talk(*both: Station) -> None:
    """Prove that two hear each other."""
    for each in both:
        each.speak()
    for listener, speaker in (both, both[::-1]):
        if listener.echoes:
            listener.send_back()
            speaker.hears(speaker.hz)
            listener.speak()
        else:
            listener.hears(speaker.hz)


class DeskPhone(Station):
    """baresip. It asks before a transfer by the code of the PBX, for it has no key for that."""

    def __init__(
        self, server: Server, folder: Path, number: str, hz: float,
        transport: str, account: str, *, rate: int = 8000, channels: int = 1,
    ) -> None:  # fmt: skip
        self.number, self.hz = number, hz
        self._folder, self._calls = folder, 0
        lines = says(folder, hz, rate=rate, channels=channels)
        played = f"audio_player aufile,{folder / 'played.wav'}"
        lines = lines.replace(played, f"audio_player {_LINE}")
        self._tone = f"aufile,{folder.parent / f'{folder.name}-{hz:.0f}-hz.wav'}"
        self.program = Baresip(
            folder, server, number, transport, account=account,
            config=f"{lines}module aubridge.so\nmodule srtp.so\n", lasts_s=LASTS_S,
        )  # fmt: skip

    def call(self, number: str) -> None:
        self._begin()
        self.program.enters(f"/dial {number}")

    def rings(self) -> None:
        self._calls += 1
        wait_until(lambda: self._came() >= self._calls, 20, f"a call at {self.number}")

    def forget(self) -> None:
        self._calls = self._came()
        self.program.enters(f"/ausrc {self._tone}")

    def _came(self) -> int:
        return self.program.printed.count("Incoming call from")

    def answer(self) -> None:
        self._begin()
        self.program.enters("/accept")

    def _begin(self) -> None:
        time.sleep(_FILE_NAMES_DIFFER_S)
        self.echoes = False

    def hold(self) -> None:
        self.program.enters("/hold")

    def resume(self) -> None:
        self.program.enters("/resume")
        self.echoes = True

    def press(self, keys: str) -> None:
        for key in keys:
            self.program.enters(key)
            time.sleep(0.3)  # a finger's pace

    def transfer(self, number: str) -> None:
        self.program.enters(f"/transfer {number}")

    def ask(self, number: str) -> None:
        self.press(f"*2{number}#")

    def connect(self) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        self.program.enters("/hangup")

    def hears(self, hz: float) -> None:
        wait_until(lambda: self._hears_now(hz), 20, f"{hz} Hz at {self.number}")

    def hears_no_more(self, hz: float) -> None:
        wait_until(lambda: not self._hears_now(hz), 20, f"no {hz} Hz at {self.number}")

    def _hears_now(self, hz: float) -> bool:
        return any(
            time.time() - each.stat().st_mtime < 1 and ends_with(each, hz)
            for each in self._folder.glob("dump-*-dec.wav")
        )

    def speak(self) -> None:
        if self.echoes:
            self.program.enters(f"/ausrc {self._tone}")

    def send_back(self) -> None:
        self.program.enters(f"/ausrc {_LINE}")


class Linphonec(Station):
    """linphonec over TCP, with files for a microphone and for an ear."""

    def __init__(self, server: Server, folder: Path, number: str, hz: float, watches: str) -> None:
        self.number, self.hz = number, hz
        self._folder, self._pieces, self._calls = folder, 0, 0
        self._tone = write_tone(folder.parent / "linphonec.wav", hz, seconds=600)
        self.program = Linphone(folder, server, number, "tcp", watches=watches)

    def ready(self) -> None:
        """Wait until it can call, and let it do without a sound card."""
        registered = lambda: "LinphoneRegistrationOk" in self.program.log()  # noqa: E731
        wait_until(registered, 20, "a registered linphonec")
        self.program.enters("soundcard use files")

    @property
    def _call(self) -> int:
        """The number of its last call."""
        return max(map(int, re.findall(r"assigned id (\d+)", self.program.screen)), default=0)

    def _shows(self, pattern: str) -> None:
        found = lambda: re.search(pattern, self.program.screen) is not None  # noqa: E731
        wait_until(found, 20, f"{pattern!r} on linphonec:\n{self.program.screen[-2000:]}")

    def call(self, number: str) -> None:
        before = self._call
        self.program.enters(f"call {number}")
        wait_until(lambda: self._call > before, 20, "a call of linphonec")
        self._current = self._call

    def rings(self) -> None:
        self._calls += 1
        wait_until(lambda: self._came() >= self._calls, 20, f"a call at {self.number}")

    def forget(self) -> None:
        self._calls = self._came()

    def _came(self) -> int:
        return self.program.screen.count("new incoming call")

    def answer(self) -> None:
        self._current, self._waiting = self._call, getattr(self, "_current", 0)
        self.program.enters(f"answer {self._current}")
        self._connected()

    def hold(self) -> None:
        self.program.enters("pause")
        self._shows(rf"Call {self._current} with .* is now paused")
        self._waiting = self._current

    def resume(self) -> None:
        if self._current != self._waiting:
            self._shows(rf"Call {self._current} with .* ended")
        self._current = self._waiting
        before = self._streams()
        self.program.enters(f"resume {self._current}")
        wait_until(lambda: self._streams() > before, 20, "sound of linphonec")

    def press(self, keys: str) -> None:
        self.program.enters(keys)

    def transfer(self, number: str) -> None:
        self.program.enters(f"transfer {self._current} sip:{number}@{self.program.domain}")

    def ask(self, number: str) -> None:
        self.hold()
        self.call(number)

    def connect(self) -> None:
        self.program.enters(f"transfer {self._waiting} --to-call {self._current}")

    def hang_up(self) -> None:
        self.program.enters(f"terminate {self._current}")

    def hears(self, hz: float) -> None:
        assert any(holds(self._piece(), hz) for _ in range(8)), f"no {hz} Hz at linphonec"

    def hears_no_more(self, hz: float) -> None:
        assert any(not holds(self._piece(), hz) for _ in range(8)), f"{hz} Hz at linphonec"

    def _piece(self) -> Path:
        """What is heard from now on."""
        self._pieces += 2
        piece, after = (self._folder / f"{self._pieces + n}.wav" for n in (0, 1))
        self.program.enters(f"record {piece}")
        time.sleep(_PIECE_S)
        self.program.enters(f"record {after}")
        wait_until(after.exists, 20, "a piece of what linphonec hears")
        return piece

    def speak(self) -> None:
        self._connected()
        self.program.enters(f"play {self._tone}")

    def _connected(self) -> None:
        """Before there is sound, it cannot bear commands about that."""
        wait_until(self._streams, 20, "sound of linphonec")

    def _streams(self) -> int:
        """How often sound began in its call."""
        pattern = rf"streams established with .* for call {self._current} "
        return len(re.findall(pattern, self.program.screen))


class Wave(Station):
    """Wave in Chromium."""

    def __init__(self, new_context: NewContext, server: Server, number: str, hz: float) -> None:
        self.number, self.hz = number, hz
        self.program = Softphone(new_context, server.url, number, hz)

    def call(self, number: str) -> None:
        self.program.call(number)

    def rings(self) -> None:
        expect(self.program.ringing()).to_be_visible()

    def answer(self) -> None:
        self.program.answer()

    def hold(self) -> None:
        self.program.press("Hold")

    def resume(self) -> None:
        self.program.press("Hold")

    def press(self, keys: str) -> None:
        self.program.press("Keys")
        for key in keys:
            self.program.press(_KEYS.get(key, key))

    def transfer(self, number: str) -> None:
        self._hand_on(number, "Transfer now")

    def ask(self, number: str) -> None:
        self._hand_on(number, "Ask first")

    def _hand_on(self, number: str, button: str) -> None:
        self.program.press("Transfer")
        dialog = self.program.page.get_by_role("dialog")
        dialog.get_by_label("Transfer to").fill(number)
        dialog.get_by_role("button", name=button, exact=True).click()

    def connect(self) -> None:
        self.program.page.get_by_role("button", name=re.compile("^Connect .* with ")).first.click()

    def hang_up(self) -> None:
        self.program.press("Hang up")
        expect(self.program.current()).to_have_count(0)

    def hears(self, hz: float) -> None:
        self.program.hears(hz)

    def hears_no_more(self, hz: float) -> None:
        self.program.hears_no_more(hz)
