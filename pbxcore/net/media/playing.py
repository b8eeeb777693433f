"""Plays to a stream, at each tick, until the sources are over or somebody ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.player import Player
from pbxcore.net.media.output import Claim
from pbxcore.net.media.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.media.player import Source
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.stream import Stream


class Playing:
    """One player on one stream; meanwhile the stream hears nobody else.

    `over` is told once, with the key that ended it and what could not be read.
    """

    def __init__(
        self,
        stream: Stream,
        loop: Loop,
        sources: Sequence[Callable[[], Source]],
        over: Callable[[str, str], None],
        *,
        rate: int,
        times: int = 1,
        until_digit: bool = False,
        claim: Claim = Claim.PLAY,
    ) -> None:
        self._stream, self._loop, self._over, self._claim = stream, loop, over, claim
        self._player = Player(sources, times, rate)
        self._saying = Saying(stream, self, rate)
        self._open = True
        stream.output.claim(claim, self)
        loop.each_tick(self._tick)
        stream.at_close(self.stop)
        if until_digit:
            stream.digits.on_digit = (*stream.digits.on_digit, self._digit)

    def stop(self, digit: str = "", problem: str = "") -> None:
        """Be over, if it is not yet."""
        if not self._open:
            return
        self._open = False
        self._player.close()
        self._loop.no_tick(self._tick)
        self._stream.forget_close(self.stop)
        self._stream.output.release(self._claim, self)
        digits = self._stream.digits
        digits.on_digit = tuple(each for each in digits.on_digit if each != self._digit)
        self._over(digit, problem or self._player.problem)

    def _digit(self, digit: str) -> None:
        self.stop(digit)

    def _tick(self, moment: float) -> None:
        frame = self._player.frame()
        if frame is None:
            self.stop()
        elif self._saying.codec is None:
            self.stop(problem="no codec that can be encoded was agreed")
        else:
            self._saying.say(frame, moment)
