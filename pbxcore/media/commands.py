"""What the PBX tells a media worker, and what that tells back: values that cross a process.

A *stream* is one media line of one leg: a pair of UDP ports at the worker. Whoever opens a stream
names it; names are never used twice. Every request has one reply. A worker forgets a connection's
streams when the connection ends: a PBX that died leaves none behind.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pbxcore.faxes.rules import FaxTerms
from pbxcore.sip.sdp.stream import Agreed

# Requests


class OpenStream(msgspec.Struct, frozen=True, tag=True):
    """Take a pair of ports. Reply: `StreamOpened`, or `NoRoom`.

    `host` is the local address to bind ("" for every one). `secured`: keys by DTLS and ICE will be
    wanted, so the reply names the worker's fingerprint and ICE credentials.
    """

    stream: str
    kind: str = "audio"
    host: str = ""
    secured: bool = False


class SetStream(msgspec.Struct, frozen=True, tag=True):
    """Follow what an offer and its answer came to; the whole of it each time. Reply: `Done`.

    `silence_s`: tell `StreamSilent` when nothing valid came for so long while we may receive; 0:
    never. `latch`: send where the peer's media come from, not where its description says, once the
    first valid packet came from the same address family (RFC 4961 and NAT). `fax_tones`: tell
    `ToneHeard`. Where no telephone events were agreed, keys are pressed in band; `key_tones`: they
    are heard in band, None: likewise. From whoever sends events they alone count.
    `ice_user` and `ice_password`: what our description names now, where the peer restarted ICE
    (RFC 8445 §9); those before hold until it has nominated a pair by these.
    """

    stream: str
    agreed: Agreed
    silence_s: float = 0.0
    latch: bool = True
    fax_tones: bool = False
    key_tones: bool | None = None
    ice_user: str = ""
    ice_password: str = ""


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Let two streams hear each other, and nobody else any more. Reply: `Done`.

    The same stream twice is an echo. Codecs that differ are transcoded.
    """

    first: str
    second: str


class Disconnect(msgspec.Struct, frozen=True, tag=True):
    """Let a stream hear nobody, and be heard by nobody. Reply: `Done`."""

    stream: str


class File(msgspec.Struct, frozen=True, tag=True):
    """A recording to play, any format the worker decodes; `begin_s` skips its beginning."""

    path: str
    begin_s: float = 0.0


class Tone(msgspec.Struct, frozen=True, tag=True):
    """Tones and pauses, in turn: each cadence is frequencies in Hz and a length in seconds.

    A cadence without frequencies is a pause. (ITU-T E.180.)
    """

    cadences: tuple[tuple[tuple[float, ...], float], ...]


class Play(msgspec.Struct, frozen=True, tag=True):
    """Play to a stream what is listed, `times` over (0: until stopped). Reply: `Done`.

    It replaces what plays, and what the stream hears from others until it ends. `Played` tells of
    the end, however it came, with the same `play`. `until_digit`: any key that the listener presses
    ends it. What is played `over` replaces nothing: what played before goes on after it, and
    only `StopPlaying` with its name stops it.
    """

    stream: str
    play: str
    sources: tuple[File | Tone, ...]
    times: int = 1
    until_digit: bool = False
    over: bool = False


class StopPlaying(msgspec.Struct, frozen=True, tag=True):
    """Play nothing to a stream any more, or not that which `over` names. Reply: `Done`."""

    stream: str
    over: str = ""


class PressDigits(msgspec.Struct, frozen=True, tag=True):
    """Send keys (`0-9*#A-D`) to the stream's peer, each for so long. Reply: `Done`."""

    stream: str
    digits: str
    duration_ms: int = 160
    gap_ms: int = 80


class WantPicture(msgspec.Struct, frozen=True, tag=True):
    """Ask the stream's peer for a whole picture (RFC 4585 §6.3.1). Reply: `Done`."""

    stream: str


class StartRecording(msgspec.Struct, frozen=True, tag=True):
    """Write what streams say to a file. Reply: `Done`, or `NoRoom` when it cannot be created.

    Two streams in stereo are left and right, else they are mixed. With a `room`, in which the only
    stream is, everybody there is heard, until the last is gone. The file is playable at any moment.
    `limit_s` 0: no limit. `silence_s`: end by itself after so long a silence, 0: never.
    """

    recording: str
    streams: tuple[str, ...]
    path: str
    stereo: bool = False
    limit_s: float = 0.0
    silence_s: float = 0.0
    until_digit: bool = False
    room: str = ""


class PauseRecording(msgspec.Struct, frozen=True, tag=True):
    """Leave out what is said from now on, or take it up again. Reply: `Done`."""

    recording: str
    paused: bool


class StopRecording(msgspec.Struct, frozen=True, tag=True):
    """End a recording; `RecordingEnded` tells of it. Reply: `Done`."""

    recording: str


class JoinRoom(msgspec.Struct, frozen=True, tag=True):
    """Put a stream into a conference, which begins with its first member. Reply: `Done`.

    A stream joined again changes how it takes part. `hears` and `speaks`: whom it hears, and who
    hears it; empty: everybody. Named streams make whisper and listen (RFC 4579 leaves these to us).
    What it hears is `hears_db` louder than it would be, what it says `speaks_db`; negative: less.
    """

    room: str
    stream: str
    muted: bool = False
    deaf: bool = False
    hears: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    hears_db: float = 0.0
    speaks_db: float = 0.0


class ReceiveFax(msgspec.Struct, frozen=True, tag=True):
    """Be the fax machine that a stream's peer sends to. Reply: `Done`, or `NoRoom`.

    Its pages go into a TIFF at `path`, each before it is acknowledged; `FaxEnded` tells of the end.
    The stream carries sound in G.711, or datagrams (T.38) from when it is told so.
    """

    fax: str
    stream: str
    path: str
    terms: FaxTerms = FaxTerms()


class StopFax(msgspec.Struct, frozen=True, tag=True):
    """Receive no more of a fax; `FaxEnded` tells of it. Reply: `Done`."""

    fax: str


class CloseStream(msgspec.Struct, frozen=True, tag=True):
    """Free a stream and its ports. Reply: `StreamClosed`."""

    stream: str


MediaRequest = (
    OpenStream
    | SetStream
    | Connect
    | Disconnect
    | Play
    | StopPlaying
    | PressDigits
    | WantPicture
    | StartRecording
    | PauseRecording
    | StopRecording
    | JoinRoom
    | ReceiveFax
    | StopFax
    | CloseStream
)


# Replies


class StreamOpened(msgspec.Struct, frozen=True, tag=True):
    """The stream's RTP port; RTCP is the one above, unless both share one.

    `fingerprint` is the SHA-256 of the worker's DTLS certificate.
    """

    stream: str
    port: int
    fingerprint: bytes = b""
    ice_user: str = ""
    ice_password: str = ""


class Done(msgspec.Struct, frozen=True, tag=True):
    """It is so. A stream that is not there (any more) is no mistake: `known` is false."""

    known: bool = True


class NoRoom(msgspec.Struct, frozen=True, tag=True):
    """No port, no worker or no disk: `reason` says which."""

    reason: str


class Figures(msgspec.Struct, frozen=True):
    """What went through one direction of a stream, and how well (RFC 3550 §6.4).

    `lost` is what the peer's sequence numbers miss; `jitter_ms` the interarrival jitter; `mos` from
    1 to 4.5 by the E-model (ITU-T G.107) from loss, delay and codec, 0 when there is nothing to
    judge by.
    """

    packets: int = 0
    octets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    mos: float = 0.0


class StreamClosed(msgspec.Struct, frozen=True, tag=True):
    """How a stream did: what came from the peer, and what the peer says (RTCP) it got from us."""

    stream: str
    received: Figures = Figures()
    sent: Figures = Figures()
    round_trip_ms: float | None = None
    refused: int = 0
    """Packets from elsewhere, malformed, or with a wrong key."""


MediaReply = StreamOpened | Done | NoRoom | StreamClosed


# Notices


class DigitHeard(msgspec.Struct, frozen=True, tag=True):
    """The peer of a stream pressed a key; told once, at its end. `by`: event, tone."""

    stream: str
    digit: str
    duration_ms: int = 0
    by: Literal["event", "tone"] = "event"


class MediaHeard(msgspec.Struct, frozen=True, tag=True):
    """The first valid packet of a stream, or the first after a silence; from that address."""

    stream: str
    source: str


class StreamSilent(msgspec.Struct, frozen=True, tag=True):
    """Nothing came for the time set; told once until media come again."""

    stream: str


class Played(msgspec.Struct, frozen=True, tag=True):
    """A play is over. `digit` ended it, if one did; `problem` says what could not be read."""

    stream: str
    play: str
    digit: str = ""
    problem: str = ""


class RecordingEnded(msgspec.Struct, frozen=True, tag=True):
    """A recording is whole. `problem` (a full disk …) says why it ended early."""

    recording: str
    path: str
    seconds: float
    digit: str = ""
    problem: str = ""


class FaxEnded(msgspec.Struct, frozen=True, tag=True):
    """A fax is over, and its file closed.

    `sender` is the number that the other machine gave, `bit_rate` what it sent at. `problem`: `""`
    (it is whole), `no_fax` (no machine was there), `hung_up`, `transmission`, `disk`, `media_lost`;
    `detail` says that in English.
    """

    fax: str
    sender: str = ""
    bit_rate: int = 0
    problem: str = ""
    detail: str = ""


class ToneHeard(msgspec.Struct, frozen=True, tag=True):
    """A fax machine calls (CNG) or answers (CED, or flags by V.21) (ITU-T T.30)."""

    stream: str
    tone: Literal["cng", "ced", "v21"]


class Talking(msgspec.Struct, frozen=True, tag=True):
    """A member of a conference began to speak, or stopped."""

    room: str
    stream: str
    talks: bool


MediaNotice = (
    DigitHeard
    | MediaHeard
    | StreamSilent
    | Played
    | RecordingEnded
    | FaxEnded
    | ToneHeard
    | Talking
)
