"""How the media of one leg are keyed: in clear, by keys in the description, or by DTLS.

A phone that refuses what it was offered first is offered the next: clear where keys need not be,
keys alone, keys by DTLS. One line can offer only one of them (RFC 3264 §5.1; RFC 5763 §6.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.calls.browser_media import for_browser, wants_dtls
from pbxcore.calls.offering import Srtp, has_key, new_keys, to_answer, to_offer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.calls.offering import Line
    from pbxcore.calls.track import Track
    from pbxcore.sip.sdp.crypto import Crypto
    from pbxcore.sip.sdp.description import Media, SessionDescription
    from pbxcore.sip.sdp.stream import Agreed, Stream


class Keying:
    """One leg's.

    Args:
        srtp: whether media are encrypted by keys in the description.
        offered: as much of that as we offer of ourselves, to whoever has not begun with it.
        by_dtls: whether they are as a browser's are, with ICE where the peer has it.
        may_be_by_dtls: whether a peer that refuses everything else is offered that as well.
    """

    def __init__(
        self,
        srtp: Srtp = "off",
        *,
        offered: Srtp = "required",
        by_dtls: bool = False,
        may_be_by_dtls: bool = False,
    ) -> None:
        self._srtp = srtp
        self._offered = offered
        self.by_dtls = by_dtls
        self._may_be_by_dtls = may_be_by_dtls

    def follow(self, offer: SessionDescription) -> None:
        """Do as the peer does that begins."""
        self.by_dtls = wants_dtls(offer)

    def choose(
        self, offer: SessionDescription, lines: Iterable[Line | None]
    ) -> tuple[Line | None, ...]:
        """Of lines that are one in two forms, encrypted and plain, the form that comes first.

        Phones whose encryption is optional offer both (SAVP and AVP); only one that may be taken
        counts.
        """
        found = list(lines)
        if len(found) < 2:  # so it is nearly always
            return tuple(found)
        for kind in {each.kind for each in found if each is not None}:
            places = [at for at, each in enumerate(found) if each is not None and each.kind == kind]
            chosen = next((at for at in places if self._takes(offer.media[at])), None)
            if chosen is None:
                continue
            form = _is_secured(offer.media[chosen])
            for at in places:
                media = offer.media[at]
                if _is_secured(media) is not form or not self._takes(media):
                    found[at] = None
        return tuple(found)

    def fits(self, offer: SessionDescription, lines: Iterable[Line | None]) -> bool:
        """Whether any of the lines comes in a form that may be."""
        both = zip(lines, offer.media, strict=True)
        return any(line is not None and self._takes(media) for line, media in both)

    def _takes(self, media: Media) -> bool:
        """Whether a line comes in a form that may be: in clear, or with a key that is of use."""
        if not _is_secured(media):
            return not self.by_dtls and self._srtp != "required"
        return self.by_dtls or (self._srtp != "off" and has_key(media))

    def change(self) -> bool:
        """What we offered was refused: have the next; False when nothing is left."""
        if self._srtp == "optional" and not self.by_dtls:
            self._srtp = "required"
            return True
        if self.by_dtls or not self._may_be_by_dtls:
            return False
        self.by_dtls = True
        return True

    def keys(self, entropy: Callable[[int], bytes]) -> tuple[Crypto, ...]:
        """Ours for a new line, as far as descriptions have any."""
        return () if self.by_dtls else new_keys(self._srtp, entropy)

    def bares(self, agreed: Iterable[Agreed]) -> bool:
        """Whether a fax by datagrams would bare what is secret now: nothing encrypts them."""
        secret = any(each.local_crypto or each.dtls for each in agreed)
        return self.by_dtls or self._srtp == "required" or secret

    def dressed(self, line: Line, track: Track, address: str, *, offered: bool) -> Stream:
        """A line as the peer is to read it, who reaches us at this address."""
        dress = to_offer if offered else to_answer
        keyed = track.agreed is not None and track.agreed.local_crypto is not None
        keys = track.keys if not offered or keyed or self._offered != "off" else ()
        stream = dress(line, track.opened.port, self._srtp, keys)
        if self.by_dtls:
            stream = for_browser(stream, track.opened, address, offered=offered)
        if offered and track.agreed is not None and track.kind == line.kind:
            # A line that is open keeps its profile.
            stream = msgspec.structs.replace(stream, profiles=(track.agreed.profile,))
        return stream


def _is_secured(media: Media) -> bool:
    return "SAVP" in media.profile.upper()
