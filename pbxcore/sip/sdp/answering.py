"""One media line of an offer and its answer (RFC 3264 §6), and what the pair of them means (§7)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.codecs import Codec, Format, formats_of
from pbxcore.sip.sdp.crypto import Crypto, cryptos_of
from pbxcore.sip.sdp.direction import direction_of, has_zero_address, hold_of
from pbxcore.sip.sdp.dtls import Dtls, Setup, agreed_setup, answering_setup, dtls_of
from pbxcore.sip.sdp.fax import answering_fax, fax_of
from pbxcore.sip.sdp.ice import ice_of
from pbxcore.sip.sdp.rtcp import (
    MUX,
    endpoint_of,
    longest_packet_ms,
    packet_ms,
    rtcp_endpoint_of,
)
from pbxcore.sip.sdp.stream import Agreed, AgreedCodec, Stream, media_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.sip.sdp.description import Media, SessionDescription

_NOT_ACCEPTABLE: Final = "Not Acceptable Here"
_REMEMBERED: Final = 512
"""Phones are of few kinds: what two of them have in common was found out before."""


def not_acceptable(code: int, text: str) -> RemoteProtocolError:
    """A 488 with the Warning that tells a person why (RFC 3261 §20.43, §21.4.26)."""
    warning = f'Warning: {code} pbx "{text}"'.encode()
    return RemoteProtocolError(488, _NOT_ACCEPTABLE, (warning,))


def suits(media: Media, stream: Stream) -> bool:
    """Whether the stream is for a line like this one."""
    profile = media.profile.lower()
    return media.kind == stream.kind and any(profile == each.lower() for each in stream.profiles)


def answer_line(
    offer: SessionDescription, media: Media, stream: Stream, session_address: str
) -> Media:
    """Answer an offered line with what we have.

    Raises:
        RemoteProtocolError: 488: no codec, no fax or no key in common; 400: not readable; 413:
            more codecs than anybody has.
    """
    offer.received_at(media)
    formats = _answered_formats(
        formats_of(media), stream.formats, ours_first=stream.ours_first, one_codec=stream.one_codec
    )
    fax = fax_of(media)
    if fax is not None and stream.fax is not None:
        stream = msgspec.structs.replace(stream, fax=answering_fax(fax, stream.fax))
    elif all(each.codec.is_auxiliary for each in formats):
        raise not_acceptable(305, "Incompatible media format")
    dtls = _answered_dtls(offer, media, stream)
    crypto = None if dtls else _answered_crypto(media, stream)
    if "SAVP" in media.profile.upper() and not (dtls or crypto):
        raise not_acceptable(302, "Incompatible transport protocol")
    settled = msgspec.structs.replace(
        stream,
        dtls=dtls,
        ice=stream.ice if ice_of(offer, media) else None,
        mux=stream.mux and media.has(MUX.name),
        direction=stream.direction & direction_of(offer, media).mirrored,
        formats=formats,
    )
    return media_line(
        settled,
        session_address=session_address,
        formats=formats,
        cryptos=[crypto] if crypto else [],
        profile=media.profile,
        mid=media.value("mid"),
    )


def agree(
    index: int,
    local: SessionDescription,
    remote: SessionDescription,
    *,
    we_offered: bool,
) -> Agreed | None:
    """Say what one line means once both descriptions are there; None when it is closed.

    Raises:
        RemoteProtocolError: 488: their answer does not fit our offer; 400: not readable.
    """
    ours, theirs = local.media[index], remote.media[index]
    offered, answered = (ours, theirs) if we_offered else (theirs, ours)
    if not answered.port:
        return None
    if not offered.port and not offered.has("bundle-only"):
        raise not_acceptable(399, "A closed stream was answered")
    fax, remote_fax = fax_of(ours), fax_of(theirs)
    codecs = _paired(formats_of(ours), formats_of(theirs), we_offered=we_offered)
    if not (fax and remote_fax) and all(each.codec.is_auxiliary for each in codecs):
        raise not_acceptable(305, "Incompatible media format")
    dtls = _agreed_dtls(local, ours, remote, theirs, we_offered=we_offered)
    local_crypto, remote_crypto = (None, None) if dtls else _agreed_crypto(ours, theirs)
    if "SAVP" in answered.profile.upper() and not (dtls or remote_crypto):
        raise not_acceptable(302, "Incompatible transport protocol")
    silent = has_zero_address(remote, theirs)
    where = None if silent else endpoint_of(remote, theirs)
    mux = ours.has(MUX.name) and theirs.has(MUX.name)
    we_do, they_do = direction_of(local, ours), direction_of(remote, theirs)
    # An answer that allows all we offered holds nobody: it only mirrors our own hold.
    mirrors = we_offered and not silent and they_do is we_do.mirrored
    return Agreed(
        index=index,
        kind=answered.kind,
        profile=answered.profile,
        direction=we_do & they_do.mirrored,
        hold=None if mirrors else hold_of(remote, theirs),
        remote=where,
        remote_rtcp=where if mux or silent else rtcp_endpoint_of(remote, theirs),
        mux=mux,
        codecs=codecs,
        packet_ms=packet_ms(theirs),
        longest_packet_ms=longest_packet_ms(theirs),
        local_crypto=local_crypto,
        remote_crypto=remote_crypto,
        dtls=dtls,
        ice=ice_of(remote, theirs) if ours.has("ice-ufrag") else None,
        fax=answering_fax(remote_fax, fax) if fax and remote_fax else None,
        remote_fax=remote_fax,
        mid=answered.value("mid"),
    )


@lru_cache(maxsize=_REMEMBERED)
def _answered_formats(
    offered: tuple[Format, ...], had: tuple[Format, ...], *, ours_first: bool, one_codec: bool
) -> tuple[Format, ...]:
    """The offered codecs we have, under the offer's numbers (RFC 3264 §6.1)."""
    left = list(enumerate(had))
    matched: list[tuple[int, Format]] = []
    for theirs in offered:
        for place, (rank, ours) in enumerate(left):
            if _fits(theirs.codec, ours.codec, offered):
                del left[place]
                matched.append((rank, _answered(theirs, ours)))
                break
    if ours_first:
        # Who takes the first number for the codec must not find one that only accompanies it.
        matched.sort(key=lambda each: (each[1].codec.is_auxiliary, each[0]))
    formats = [each for _, each in matched]
    if one_codec:
        first = next((each for each in formats if not each.codec.is_auxiliary), None)
        formats = [each for each in formats if each is first or each.codec.is_auxiliary]
    return tuple(_with_fitting_events(formats))


def _fits(theirs: Codec, ours: Codec, offered: tuple[Format, ...]) -> bool:
    """Whether an offered codec is ours, and none of the offer is nearer to it.

    Browsers offer H.264 in several profiles that phones take for one (RFC 6184 §8.1, table 5).
    """
    if theirs.identity != ours.identity:
        return False
    same = (each.codec for each in offered if each.codec.identity == ours.identity)
    return theirs.profile == ours.profile or all(each.profile != ours.profile for each in same)


def _with_fitting_events(formats: list[Format]) -> list[Format]:
    """Without the telephone-events whose clock no codec left has, if others remain (RFC 4733)."""
    rates = {each.codec.clock_rate for each in formats if not each.codec.is_auxiliary}
    events = [each for each in formats if each.codec.is_event]
    fitting = [each for each in events if each.codec.clock_rate in rates] or events
    return [each for each in formats if not each.codec.is_event or each in fitting]


def _answered(theirs: Format, ours: Format) -> Format:
    feedback = tuple(each for each in ours.feedback if each in theirs.feedback)
    fmtp = _answered_fmtp(theirs.codec, ours.codec)
    return Format(theirs.payload_type, msgspec.structs.replace(theirs.codec, fmtp=fmtp), feedback)


def _answered_fmtp(theirs: Codec, ours: Codec) -> str:
    name = ours.name.lower()
    if name == "g729" and "no" in (
        theirs.parameters.get("annexb"),
        ours.parameters.get("annexb"),
    ):
        return "annexb=no"  # one who cannot is enough (RFC 4856 §2.1.9)
    if name == "ilbc" and theirs.parameters.get("mode") != ours.parameters.get("mode"):
        return "mode=30"  # the default, and the lower rate of the two (RFC 3952 §5)
    # What makes a codec another one is said again; the rest is what we want to receive.
    return ours.fmtp or (theirs.fmtp if len(theirs.identity) > 3 else "")


def _answered_dtls(offer: SessionDescription, media: Media, stream: Stream) -> Dtls | None:
    offered = dtls_of(offer, media)
    if offered is None or stream.dtls is None:
        return None
    setup = answering_setup(offered.setup, stream.dtls.setup)
    return msgspec.structs.replace(stream.dtls, setup=setup) if setup else None


def _answered_crypto(media: Media, stream: Stream) -> Crypto | None:
    """The first offered line of a suite we have, with our key under its tag (RFC 4568 §5.1.2)."""
    if not stream.cryptos:
        return None
    ours = {each.suite: each for each in stream.cryptos}
    for theirs in cryptos_of(media):
        if theirs.suite in ours:
            return msgspec.structs.replace(ours[theirs.suite], tag=theirs.tag)
    return None


@lru_cache(maxsize=_REMEMBERED)
def _paired(
    local: tuple[Format, ...], remote: tuple[Format, ...], *, we_offered: bool
) -> tuple[AgreedCodec, ...]:
    """The answer's codecs, each with the number it has on either side (RFC 3264 §5.1, §6.1)."""
    offered, answered = (local, remote) if we_offered else (remote, local)
    found = []
    for answer in answered:
        alike = [each for each in offered if each.codec.identity == answer.codec.identity]
        if not alike:
            continue  # nobody offered it: as if it were not there
        number = answer.payload_type
        offer = next((each for each in alike if each.payload_type == number), alike[0])
        mine, other = (offer, answer) if we_offered else (answer, offer)
        found.append(
            AgreedCodec(
                mine.codec,
                send_type=other.payload_type,
                receive_type=mine.payload_type,
                send_fmtp=other.codec.fmtp,
                receive_fmtp=mine.codec.fmtp,
            )
        )
    return (*found, *(_taken_for_another(local, found) if we_offered else ()))


def _taken_for_another(
    local: tuple[Format, ...], agreed: list[AgreedCodec]
) -> Iterator[AgreedCodec]:
    """Numbers of our offer that mean the same as one of the answer, which leaves them out.

    baresip 1.0 answers with the last of such numbers and sends under the first of them.
    """
    numbers = {each.receive_type for each in agreed}
    by_identity = {each.codec.identity: each for each in reversed(agreed)}
    for mine in local:
        same = by_identity.get(mine.codec.identity)
        if same is not None and mine.payload_type not in numbers:
            yield msgspec.structs.replace(same, receive_type=mine.payload_type)


def _agreed_dtls(
    local: SessionDescription,
    ours: Media,
    remote: SessionDescription,
    theirs: Media,
    *,
    we_offered: bool,
) -> Dtls | None:
    """The peer's part with our role in it; None when not both do DTLS."""
    # An answer without `a=setup` is active, an offer without it too (RFC 4145 §4).
    mine, other = dtls_of(local, ours), dtls_of(remote, theirs, Setup.ACTIVE)
    if mine is None or other is None:
        return None
    role = agreed_setup(mine.setup, other.setup) if we_offered else mine.setup
    if role is None:
        raise not_acceptable(399, "The answer's setup does not fit the offer's")
    return msgspec.structs.replace(other, setup=role)


def _agreed_crypto(ours: Media, theirs: Media) -> tuple[Crypto | None, Crypto | None]:
    """Our line and theirs of one tag and suite; the answer has one of those offered (RFC 4568 §5).

    Raises:
        RemoteProtocolError: 488: the answer's tag or suite is not one that was offered (§5.1.3).
    """
    mine, other = cryptos_of(ours), cryptos_of(theirs)
    if not mine or not other:
        return None, None
    for local in mine:
        for remote in other:
            if (local.tag, local.suite) == (remote.tag, remote.suite):
                return local, remote
    raise not_acceptable(399, "The answer's key is for no line of the offer")
