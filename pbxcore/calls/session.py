"""The session of one leg: what it and we agreed to, and the streams that carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.calls.browser_media import restarts_ice
from pbxcore.calls.keying import Keying
from pbxcore.calls.media_rules import ANYTHING
from pbxcore.calls.offering import Line, answering, lines_agreed, lines_of
from pbxcore.calls.track import FOR_EVER, Silence, Track, paired, pairs, successor
from pbxcore.media.codecs.catalogue import transcodable
from pbxcore.media.commands import (
    Connect,
    Disconnect,
    NoRoom,
    PressDigits,
    SetStream,
    StreamClosed,
    StreamOpened,
    WantPicture,
)
from pbxcore.sip.sdp.answering import not_acceptable
from pbxcore.sip.sdp.ice import new_credentials
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.writer import write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, TypeAlias

    from pbxcore.calls.anchoring import Anchor, StreamOwner
    from pbxcore.calls.media_rules import MediaRules
    from pbxcore.sip.sdp.description import SessionDescription
    from pbxcore.sip.sdp.stream import Agreed, Stream

    FaxTones: TypeAlias = Literal["calling", "answering"]


class Session:
    """One leg's session.

    Args:
        anchor: where its streams are opened.
        owner: hears what the workers tell.
        address: where we receive, as the peer is to write to it.
        keying: how media are encrypted.
        rules: which codecs are used, and how keys are told.
        silence: how long the peer may be silent, in a talk and while it holds; 0: for ever.
        entropy: that many unguessable bytes.

    Attributes:
        offered: the lines that the peer could choose among when we asked it last.
        rules: which codecs are used, and how keys are told.
    """

    def __init__(
        self,
        anchor: Anchor,
        owner: StreamOwner,
        address: str,
        *,
        keying: Keying | None = None,
        rules: MediaRules = ANYTHING,
        silence: Silence = FOR_EVER,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._anchor = anchor
        self._owner = owner
        self._keying = keying or Keying()
        self.rules = rules
        self._entropy = entropy
        self._negotiation = Negotiation(int.from_bytes(entropy(4)), address)
        self._tracks: list[Track | None] = []
        self._closed = False
        self._silence = silence
        self._fax_tones: frozenset[FaxTones] = frozenset()
        self.offered: tuple[Line, ...] = ()

    @property
    def agreed(self) -> tuple[Agreed, ...]:
        """What holds now."""
        return self._negotiation.agreed

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines the peer agreed to."""
        return lines_agreed(self.agreed)

    @property
    def tracks(self) -> list[Track]:
        """The lines that are open at a worker."""
        return [each for each in self._tracks if each is not None]

    @property
    def codec(self) -> str:
        """The name of the codec that is spoken, nothing before there is one."""
        spoken = [each.main for each in self.agreed if each.kind == "audio"]
        if not spoken and any(each.fax is not None for each in self.agreed):
            return "T.38"
        return "" if not spoken or spoken[0] is None else spoken[0].codec.name

    @property
    def takes_fax(self) -> bool:
        """Whether a fax may pass as datagrams (T.38): it is allowed, and nothing encrypts them."""
        return self.rules.t38 and not self._keying.bares(self.agreed)

    @property
    def holds(self) -> bool:
        """Whether the peer listens to nobody, or lets nobody hear it: it holds its partner.

        One that has closed all its lines does too, until it opens one again.
        """
        sound = [each for each in self.agreed if each.kind == "audio"]
        if not self.agreed:
            return self._negotiation.remote is not None
        return bool(sound) and all(each.hold is not None for each in sound)

    @property
    def pending(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._negotiation.pending is not None

    def proposed(self, body: bytes) -> tuple[Line | None, ...]:
        """The lines of the offer that the peer began with, which says how its media are keyed.

        Raises:
            RemoteProtocolError: 400: it is not readable; 488: what it carries is encrypted where it
                may not be, or not where it has to be.
        """
        offer = read(body)
        self._keying.follow(offer)
        lines = self._within(offer)
        if any(lines) and not self._keying.fits(offer, lines):
            raise not_acceptable(302, "Incompatible transport protocol")
        return lines

    def wanted(self, body: bytes) -> tuple[Line | None, ...]:
        """The lines of another offer of the peer's, as far as its rules go.

        Raises:
            RemoteProtocolError: 400: it is not readable.
        """
        return self._within(read(body))

    def open(self, lines: Sequence[Line | None], then: Callable[[str], None]) -> None:
        """Have a stream for each of these lines; `then` hears nothing, or why there is no room."""
        missing = 0
        problem = ""
        asking = True

        def opened(track: Track, reply: StreamOpened | NoRoom) -> None:
            nonlocal missing, problem
            missing -= 1
            if isinstance(reply, NoRoom):
                problem = problem or reply.reason
            else:
                track.opened = reply
            if not missing and not asking and not self._closed:
                then(problem)

        for index, line in enumerate(lines):
            if index == len(self._tracks):
                self._tracks.append(None)
            if line is not None and self._tracks[index] is None:
                missing += 1
                self._tracks[index] = self._open(line, opened)
        asking = False
        if not missing:
            then(problem)

    def arranged(self, lines: Sequence[Line]) -> list[Line | None]:
        """The lines in the places they have here; those that are new come last (RFC 3264 §8)."""
        left = list(lines)
        found: list[Line | None] = []
        for track in self._tracks:
            match = successor(track.kind, left) if track is not None else None
            found.append(match)
            left = [each for each in left if each is not match]
        return found + left

    def has_words_for(self, lines: Sequence[Line | None]) -> bool:
        """Whether its rules leave a codec to offer one of these lines in; of sound, if any is."""
        if not self.rules.codecs:
            return True
        sounds = any(each is not None and each.kind == "audio" for each in lines)
        streams = [each for each in self._streams(lines, offered=True) if each is not None]
        return any(each.kind == "audio" or not sounds for each in streams)

    def offer(self, lines: Sequence[Line | None]) -> bytes:
        """Propose these lines.

        Raises:
            LocalProtocolError: the last offer waits for its answer.
        """
        offer = write(self._negotiation.offer(self._streams(lines, offered=True)))
        self.offered = tuple(each for each in lines if each is not None)
        return offer

    def answer(self, body: bytes, lines: Sequence[Line]) -> bytes:
        """Answer a proposal of the peer: each of its lines with one of these of its kind.

        Raises:
            RemoteProtocolError: 488, 491 or 400; then nothing has changed.
        """
        offer = read(body)
        theirs = self._within(offer)
        fitting = list(map(answering, theirs, paired(theirs, lines)))
        self._renew_ice(offer)
        answer = self._negotiation.answer(offer, self._streams(fitting, offered=False))
        self._follow()
        return write(answer)

    def accept(self, body: bytes) -> None:
        """Take the answer to our offer.

        Raises:
            RemoteProtocolError: 488 or 400: it does not fit; the offer stays outstanding.
        """
        self._negotiation.accept(read(body))
        self._follow()

    def fork(self) -> Negotiation:
        """Our offer as it stands, for another dialog of the same INVITE."""
        return self._negotiation.fork()

    def use(self, negotiation: Negotiation, *, final: bool) -> None:
        """Go on with what one of the dialogs came to; not final: another may still be used."""
        self._negotiation = negotiation
        self._follow(final=final)

    def key_otherwise(self) -> bool:
        """Our first offer was refused: what is opened and offered next is keyed in another way.

        False where no way is left.
        """
        if not self._keying.change():
            return False
        self._close_unused(set())
        self._tracks.clear()
        return True

    def withdraw(self) -> None:
        """Our offer was refused."""
        self._negotiation.withdraw()

    def join(self, other: Session) -> None:
        """Let the two hear each other: line by line, first with first of a kind."""
        for first, second in pairs(self.tracks, other.tracks):
            if first.peer is not second and first.agreed and second.agreed:
                for each in first, second:
                    if each.peer is not None:
                        each.peer.peer = None
                first.peer, second.peer = second, first
                self._anchor.ask(Connect(first.stream, second.stream))

    @property
    def sound(self) -> str:
        """The stream that carries its sound, nothing when none is open."""
        return next((each.stream for each in self.tracks if each.kind == "audio"), "")

    @property
    def fax_stream(self) -> str:
        """The stream that carries a fax, in sound or by datagrams."""
        return next((each.stream for each in self.tracks if each.kind in ("audio", "image")), "")

    @property
    def mixable(self) -> bool:
        """Whether its sound can be heard together with that of others."""
        spoken = [each.main for each in self.agreed if each.kind == "audio"]
        return bool(spoken) and all(each and transcodable(each.codec) for each in spoken)

    def reconnect(self, other: Session) -> None:
        """Let the sound of two that are joined go straight again."""
        for first, second in pairs(self.tracks, other.tracks):
            if first.kind == "audio" and first.peer is second:
                self._anchor.ask(Connect(first.stream, second.stream))

    @property
    def takes_events(self) -> bool:
        """Whether the peer knows keys in its stream (RFC 4733)."""
        return any(
            codec.codec.is_event
            for each in self.agreed
            if each.kind == "audio"
            for codec in each.codecs
        )

    def press(self, digit: str, duration_ms: int) -> None:
        """Press a key for the peer."""
        if self.sound:
            self._anchor.ask(PressDigits(self.sound, digit, duration_ms))

    def want_pictures(self) -> None:
        """Ask the peer for whole pictures: somebody cannot make anything of those that came."""
        for each in self.tracks:
            if each.kind == "video" and each.agreed is not None:
                self._anchor.ask(WantPicture(each.stream))

    def echo(self) -> None:
        """Let the peer hear and see itself."""
        for each in self.tracks:
            if each.agreed is not None and each.peer is None:
                each.peer = each
                self._anchor.ask(Connect(each.stream, each.stream))

    def part(self) -> None:
        """Hear nobody, and be heard by nobody."""
        for track in self.tracks:
            other, track.peer = track.peer, None
            if other is not None:
                other.peer = None
                self._anchor.ask(Disconnect(track.stream))

    def close(self, then: Callable[[list[StreamClosed]], None]) -> None:
        """Free the streams, and tell how they did."""
        self._closed = True
        tracks, self._tracks = self.tracks, []
        found: list[StreamClosed] = []

        def closed(reply: StreamClosed) -> None:
            found.append(reply)
            if len(found) == len(tracks):
                then(found)

        for each in tracks:
            if each.peer is not None:
                each.peer.peer = None
            self._anchor.close(each.stream, closed)
        if not tracks:
            then(found)

    def listen_for_fax(self, tones: FaxTones = "calling", *, wanted: bool) -> None:
        """Let the workers tell when a fax machine calls or answers, or let them not any more."""
        before = self._fax_tones
        self._fax_tones = before | {tones} if wanted else before - {tones}
        if bool(before) is bool(self._fax_tones):
            return
        for track in self.tracks:
            if track.kind == "audio" and track.agreed is not None:
                self._anchor.ask(self._following(track, track.agreed))

    def _within(self, offer: SessionDescription) -> tuple[Line | None, ...]:
        return self._keying.choose(offer, map(self.rules.of_line, lines_of(offer)))

    def _open(self, line: Line, opened: Callable[[Track, StreamOpened | NoRoom], None]) -> Track:
        track = Track("", line.kind, self._keying.keys(self._entropy))
        track.stream = self._anchor.open(
            self._owner,
            lambda reply: opened(track, reply),
            kind=line.kind,
            secured=self._keying.by_dtls,
        )
        return track

    def _streams(self, lines: Sequence[Line | None], *, offered: bool) -> list[Stream | None]:
        """The lines with the ports of their streams; a line without a stream is refused."""
        found: list[Stream | None] = []
        for index, line in enumerate(lines):
            track = self._tracks[index] if index < len(self._tracks) else None
            if line is None or track is None or (line.fax and not self.takes_fax):
                found.append(None)
            else:
                address = self._negotiation.address
                stream = self._keying.dressed(line, track, address, offered=offered)
                found.append(self._ruled(stream))
        return found

    def _ruled(self, stream: Stream) -> Stream | None:
        formats = self.rules.of_formats(stream.formats)
        if stream.fax is None and not formats:
            return None
        return msgspec.structs.replace(stream, formats=formats)

    def _renew_ice(self, offer: SessionDescription) -> None:
        """Whoever begins ICE anew is answered with new credentials (RFC 8839 §4.4.2)."""
        for index, track in enumerate(self._tracks):
            before = track.agreed.ice if track is not None and track.agreed is not None else None
            if track is not None and restarts_ice(offer, index, before):
                user, password = new_credentials(self._entropy)
                track.opened = msgspec.structs.replace(
                    track.opened, ice_user=user, ice_password=password
                )

    def _follow(self, *, final: bool = True) -> None:
        """Tell the workers what holds now; lines that are closed for good need no stream."""
        for agreed in self.agreed:
            track = self._tracks[agreed.index] if agreed.index < len(self._tracks) else None
            if track is not None and track.agreed != agreed:
                track.agreed, track.kind = agreed, agreed.kind
                self._anchor.ask(self._following(track, agreed))
        if final:
            self._close_unused({each.index for each in self.agreed})

    def _close_unused(self, used: set[int]) -> None:
        for index, track in enumerate(self._tracks):
            if track is not None and index not in used:
                self._tracks[index] = None
                if track.peer is not None:
                    track.peer.peer = None
                self._anchor.close(track.stream, lambda _closed: None)

    def _following(self, track: Track, agreed: Agreed) -> SetStream:
        silence_s = self._silence.talk_s if agreed.hold is None else self._silence.hold_s
        opened = track.opened
        return SetStream(
            track.stream,
            agreed,
            silence_s if agreed.kind == "audio" else 0.0,
            fax_tones=bool(self._fax_tones) and agreed.kind == "audio",
            key_tones=self.rules.tones,
            ice_user=opened.ice_user,
            ice_password=opened.ice_password,
        )
