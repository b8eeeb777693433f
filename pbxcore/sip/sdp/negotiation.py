"""Offers and answers over the life of a dialog (RFC 3264 §5-§8, RFC 8843 §7).

Who may offer when is the dialog's affair; this makes the descriptions and says what they mean.
Media lines keep their place and never become fewer; the version in `o=` grows only on change.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.sdp.answering import agree, answer_line, not_acceptable, suits
from pbxcore.sip.sdp.codecs import DYNAMIC, STATIC, Format, formats_of
from pbxcore.sip.sdp.description import (
    Attribute,
    Connection,
    Media,
    Origin,
    SessionDescription,
)
from pbxcore.sip.sdp.ice import LITE
from pbxcore.sip.sdp.stream import Agreed, Stream, closed_line, media_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GROUP = "group"
_BUNDLE = "BUNDLE"


class Negotiation:
    """Our side of one dialog's session.

    Args:
        session_id: the `o=` number that tells our sessions apart.
        address: where we receive unless a stream says otherwise; may be changed between offers.
        username: the `o=` line's, a token without blanks (RFC 8866 §5.2).
        name: the session's (`s=`, §5.3).
        bundle: whether all streams may share one address (RFC 8843).

    Attributes:
        local: what we last sent and the peer took, `remote` what it sent; None before the first.
        agreed: the open streams, in the order of their lines.
        pending: our offer that has no answer yet.
    """

    def __init__(
        self,
        session_id: int,
        address: str,
        *,
        username: str = "-",
        name: str = "-",
        bundle: bool = False,
    ) -> None:
        self.address = address
        self.local: SessionDescription | None = None
        self.remote: SessionDescription | None = None
        self.pending: SessionDescription | None = None
        self.agreed: tuple[Agreed, ...] = ()
        self._origin = Origin(username, session_id, 0, address)
        self._name = name
        self._bundle = bundle
        self._sent: SessionDescription | None = None
        self._version = 0
        # What our numbers mean, by line and number: they never mean another codec (§8.3.2).
        self._numbers: dict[tuple[int, int], tuple[object, ...]] = {}

    def fork(self) -> Negotiation:
        """A second one for another dialog of the same INVITE, the offer still to be answered."""
        other = object.__new__(Negotiation)
        other.__dict__.update(self.__dict__)  # all it holds are values
        return other

    def offer(self, streams: Sequence[Stream | None]) -> SessionDescription:
        """Make an offer: one stream per line, in order; None, or none any more, closes a line.

        Raises:
            LocalProtocolError: the last offer waits for its answer.
        """
        if self.pending is not None:
            raise LocalProtocolError("an offer is outstanding")
        before = self.local.media if self.local else ()
        media: list[Media] = []
        for index, (old, stream) in enumerate(itertools.zip_longest(before, streams)):
            if stream is not None:
                media.append(self._offered(index, stream, old))
            elif old is not None:
                media.append(closed_line(old))
        grouped = [value for each in media if each.port and (value := each.value("mid"))]
        self.pending = self._described(media, streams, grouped)
        self._send(self.pending)
        return self.pending

    def accept(self, answer: SessionDescription) -> tuple[Agreed, ...]:
        """Take the answer to our offer; the offer stays outstanding when this fails.

        Raises:
            RemoteProtocolError: 488: it does not fit our offer (acknowledge it, then end the
                call: RFC 3261 §13.2.2.4); 400: not readable.
        """
        offer = self.pending
        if offer is None:
            raise LocalProtocolError("an answer without an offer")
        answer = _with_all_lines(answer, offer)
        for ours, theirs in zip(offer.media, answer.media, strict=True):
            same = ours.kind == theirs.kind and ours.profile.lower() == theirs.profile.lower()
            if theirs.port and not same:
                raise not_acceptable(399, "Another kind of stream than offered")
        self._settle(offer, answer, we_offered=True)
        return self.agreed

    def withdraw(self) -> None:
        """Our offer was refused: all is as before (RFC 3261 §14.1)."""
        self.pending = None

    def answer(
        self, offer: SessionDescription, streams: Sequence[Stream | None]
    ) -> SessionDescription:
        """Answer an offer: each line gets the first stream not yet given that suits it.

        Raises:
            RemoteProtocolError: 488: no line can be accepted; 491: ours is outstanding (§4);
                400: not readable. Nothing has changed then.
        """
        if self.pending is not None:
            raise RemoteProtocolError(491)
        left = [each for each in streams if each is not None]
        bundled = self._bundle and _bundled(offer)
        media: list[Media] = []
        refusal: RemoteProtocolError | None = None
        for line in offer.media:
            open_ = line.port or (bundled and line.has("bundle-only"))
            stream = next((each for each in left if suits(line, each)), None) if open_ else None
            try:
                if open_ and stream is None:
                    raise not_acceptable(304, "Media type not available")
                media.append(
                    answer_line(offer, line, stream, self.address)
                    if stream is not None
                    else closed_line(line)
                )
            except RemoteProtocolError as error:
                if error.status != 488:
                    raise
                refusal = refusal or error
                media.append(closed_line(line))
            else:
                left = [each for each in left if each is not stream]
        if refusal is not None and not any(each.port for each in media):
            raise refusal
        mids = {each.value("mid") for each in media if each.port}
        grouped = [each for each in bundled or () if each in mids]
        local = self._described(media, streams, grouped)
        self._settle(local, offer, we_offered=False)
        return local

    def _settle(
        self, local: SessionDescription, remote: SessionDescription, *, we_offered: bool
    ) -> None:
        lines = range(len(local.media))
        agreed = [agree(index, local, remote, we_offered=we_offered) for index in lines]
        self.agreed = tuple(each for each in agreed if each is not None)
        self.local, self.remote, self.pending = local, remote, None
        self._send(local)
        self._numbers = self._numbers | {
            (index, each.payload_type): each.codec.identity
            for index, media in enumerate(local.media)
            for each in formats_of(media)
        }

    def _send(self, description: SessionDescription) -> None:
        self._sent = description
        self._version = max(self._version, description.origin.version)

    def _offered(self, index: int, stream: Stream, old: Media | None) -> Media:
        mid = stream.mid or (old.value("mid") if old else None)
        if mid is None and self._bundle:
            mid = str(index)
        return media_line(
            stream,
            session_address=self.address,
            formats=self._numbered(index, stream),
            cryptos=stream.cryptos,
            mid=mid,
        )

    def _numbered(self, index: int, stream: Stream) -> tuple[Format, ...]:
        """The stream's codecs under numbers that mean nothing else yet."""
        if not self._numbers and _are_distinct(stream.formats):
            return stream.formats
        known = {number: codec for (line, number), codec in self._numbers.items() if line == index}
        wanted = {each.payload_type for each in stream.formats}
        taken: set[int] = set()
        found: list[Format] = []
        for each in stream.formats:
            identity, wish = each.codec.identity, each.payload_type
            candidates = [number for number, codec in known.items() if codec == identity]
            if wish not in known or STATIC.get(wish) == each.codec:
                candidates.append(wish)
            others = (each for each in DYNAMIC if each not in known and each not in wanted)
            free = (each for each in itertools.chain(candidates, others) if each not in taken)
            number = next(free, None)
            if number is not None:
                taken.add(number)
                found.append(Format(number, each.codec, each.feedback))
        return tuple(found)

    def _described(
        self, media: list[Media], streams: Iterable[Stream | None], grouped: list[str]
    ) -> SessionDescription:
        attributes = []
        if self._bundle and grouped:
            attributes.append(Attribute(_GROUP, " ".join((_BUNDLE, *grouped))))
        found_by_ice = any(each.has("ice-ufrag") for each in media)
        if found_by_ice and any(each and each.ice and each.ice.lite for each in streams):
            attributes.append(LITE)
        made = SessionDescription(
            origin=self._origin,
            name=self._name,
            connection=Connection(self.address),
            attributes=tuple(attributes),
            media=tuple(media),
        )
        return self._versioned(made)

    def _versioned(self, made: SessionDescription) -> SessionDescription:
        """Give it the version of the same description sent before, or the next one (§8)."""
        for earlier in (self._sent, self.local):
            if earlier is not None:
                same = msgspec.structs.replace(made, origin=earlier.origin)
                if same == earlier:
                    return same
        origin = msgspec.structs.replace(self._origin, version=self._version + 1)
        return msgspec.structs.replace(made, origin=origin)


def _are_distinct(formats: tuple[Format, ...]) -> bool:
    """Whether each codec has a number of its own."""
    return len({each.payload_type for each in formats}) == len(formats)


def _with_all_lines(answer: SessionDescription, offer: SessionDescription) -> SessionDescription:
    """The answer with as many lines as the offer has.

    Phones that know no video leave its line out instead of closing it, and some close a line that
    nobody has offered (RFC 3264 §6 allows neither).

    Raises:
        RemoteProtocolError: 488: there is no line, or one is open that was not offered.
    """
    count = len(offer.media)
    if not answer.media or any(each.port for each in answer.media[count:]):
        raise not_acceptable(399, "Another number of streams than offered")
    left_out = map(closed_line, offer.media[len(answer.media) :])
    return msgspec.structs.replace(answer, media=(*answer.media[:count], *left_out))


def _bundled(offer: SessionDescription) -> list[str]:
    """The identifiers of the lines that want to share an address, in order."""
    for value in offer.values(_GROUP):
        words = value.split()
        if words[:1] == [_BUNDLE]:
            return words[1:]
    return []
