"""The door to what works on sound: loaded when the first stream opens, in a thread of its own.

numpy and FFmpeg take memory, and a moment to load: a worker that has no call has neither.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from pbxcore.media.codecs.catalogue import transcodable
from pbxcore.media.commands import (
    JoinRoom,
    PauseRecording,
    Play,
    ReceiveFax,
    StartRecording,
    StopFax,
    StopPlaying,
    StopRecording,
)

if TYPE_CHECKING:
    from pbxcore.media.commands import MediaReply, PressDigits, SetStream
    from pbxcore.net.media.engine import Engine
    from pbxcore.net.media.owner import Owner
    from pbxcore.net.media.stream import Stream
    from pbxcore.net.media.studio import SoundRequest, Studio
    from pbxcore.net.media.tone_hearing import ToneHearing
    from pbxcore.sip.sdp.stream import Agreed

SOUND: Final = (
    *(Play, StopPlaying, StartRecording, PauseRecording, StopRecording),
    *(JoinRoom, ReceiveFax, StopFax),
)
"""The requests that are its own."""


class Sound:
    """One worker's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._studio: Studio | None = None
        self._loading: threading.Thread | None = None
        self._tones: dict[Stream, ToneHearing] = {}

    def expect(self) -> None:
        """A stream opens: sound may soon be asked for."""
        if self._loading is None:
            self._loading = threading.Thread(target=_load, name="sound", daemon=True)
            self._loading.start()

    def carry_out(self, owner: Owner, request: SoundRequest) -> MediaReply:
        """Do what is asked."""
        if self._studio is None:
            self._wait()
            from pbxcore.net.media.studio import Studio

            self._studio = Studio(self._engine)
        return self._studio.carry_out(owner, request)

    def press(self, owner: Owner, stream: Stream, press: PressDigits) -> None:
        """Press keys as events, or in band where the peer knows no events (RFC 4733 §2.1)."""
        agreed = stream.agreed
        if agreed is not None and not _takes_events(agreed) and _is_worked_on(agreed):
            self.carry_out(owner, press)
        else:
            stream.keying.press(press)

    def follow(self, stream: Stream, request: SetStream) -> None:
        """Hear keys in band where none come as events, or always, and fax machines, as is asked."""
        before = self._tones.pop(stream, None)
        if before is not None:
            before.close()
        keys = request.key_tones
        if keys is None:
            keys = not _takes_events(request.agreed)
        keys = keys and stream.kind == "audio" and _is_worked_on(request.agreed)
        if keys or request.fax_tones:
            self._wait()
            from pbxcore.net.media.tone_hearing import ToneHearing

            self._tones[stream] = ToneHearing(stream, keys=keys, fax=request.fax_tones)

    def forget(self, stream: Stream) -> None:
        """The stream is closed."""
        self._tones.pop(stream, None)

    def close(self) -> None:
        """The worker ends."""
        if self._studio is not None:
            self._studio.close()

    def _wait(self) -> None:
        """Let the thread load alone: two that import the same modules may lock each other out."""
        if self._loading is not None:
            self._loading.join()


def _takes_events(agreed: Agreed) -> bool:
    return any(each.codec.is_event for each in agreed.codecs)


def _is_worked_on(agreed: Agreed) -> bool:
    return any(transcodable(each.codec) for each in agreed.codecs)


def _load() -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # frames are small; threads only cost
    import pbxcore.media.codecs.ffmpeg
    import pbxcore.net.media.studio  # noqa: F401 - to have loaded it
