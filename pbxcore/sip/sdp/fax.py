"""Fax over UDPTL, T.38 (ITU-T T.38 Annex D.2.3): `m=image 4000 udptl t38`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.sdp.description import Attribute

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media

PROFILE: Final = "udptl"
FORMAT: Final = "t38"
_CORRECTIONS: Final = ("t38UDPNoEC", "t38UDPRedundancy", "t38UDPFEC")
_NUMBERS: Final = {
    "T38FaxVersion": "version",
    "T38MaxBitRate": "bit_rate",
    "T38FaxMaxBuffer": "buffer",
    "T38FaxMaxDatagram": "datagram",
    "T38FaxMaxIFP": "packet",
}
_FLAGS: Final = {
    "T38FaxFillBitRemoval": "fill_bit_removal",
    "T38FaxTranscodingMMR": "transcoding_mmr",
    "T38FaxTranscodingJBIG": "transcoding_jbig",
}
_LONGEST_NUMBER: Final = 9


class Fax(msgspec.Struct, frozen=True, kw_only=True):
    """What one side can do; None where it says nothing and the recommendation's default holds.

    `bit_rate` in bit/s; `buffer`, `datagram` and `packet` in octets. `rate_management` is
    `transferredTCF` or `localTCF`; `error_correction` `t38UDPFEC`, `t38UDPRedundancy` or
    `t38UDPNoEC`.
    """

    version: int = 0
    bit_rate: int = 14400
    rate_management: str = "transferredTCF"
    error_correction: str = "t38UDPRedundancy"
    buffer: int | None = None
    datagram: int | None = None
    packet: int | None = None
    fill_bit_removal: bool = False
    transcoding_mmr: bool = False
    transcoding_jbig: bool = False

    @property
    def attributes(self) -> list[Attribute]:
        """The lines that say it."""
        found = [Attribute("T38FaxVersion", str(self.version))]
        found.append(Attribute("T38MaxBitRate", str(self.bit_rate)))
        found += [Attribute(name) for name, field in _FLAGS.items() if getattr(self, field)]
        found.append(Attribute("T38FaxRateManagement", self.rate_management))
        for name in ("T38FaxMaxBuffer", "T38FaxMaxDatagram", "T38FaxMaxIFP"):
            if (number := getattr(self, _NUMBERS[name])) is not None:
                found.append(Attribute(name, str(number)))
        return [*found, Attribute("T38FaxUdpEC", self.error_correction)]


def fax_of(media: Media) -> Fax | None:
    """The fax a media line offers; None when it is none. Names are read in any case."""
    is_fax = media.kind == "image" and media.profile.lower() == PROFILE
    if not is_fax or FORMAT not in (each.lower() for each in media.formats):
        return None
    said = {each.name.lower(): (each.value or "").strip() for each in media.attributes}
    found: dict[str, int | bool | str] = {}
    for name, field in _NUMBERS.items():
        value = said.get(name.lower(), "")
        if value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
            found[field] = int(value)
    for name, field in _FLAGS.items():
        # A flag is there or not; older peers write :0 and :1.
        found[field] = said.get(name.lower(), "0") != "0"
    if management := said.get("t38faxratemanagement"):
        found["rate_management"] = management
    if correction := said.get("t38faxudpec"):
        found["error_correction"] = correction
    return msgspec.convert(found, Fax)


def answering_fax(offered: Fax, ours: Fax) -> Fax:
    """What to answer: no newer a version, no faster, nothing more than either side can.

    Sizes are each side's own receiver; rate management is the offerer's choice. Of the two
    corrections the simpler one: who can do forward correction can do redundancy (§9.1.4).
    """
    return Fax(
        version=min(offered.version, ours.version),
        bit_rate=min(offered.bit_rate, ours.bit_rate),
        rate_management=offered.rate_management,
        error_correction=min(
            offered.error_correction, ours.error_correction, key=_corrections_known
        ),
        buffer=ours.buffer,
        datagram=ours.datagram,
        packet=ours.packet,
        fill_bit_removal=offered.fill_bit_removal and ours.fill_bit_removal,
        transcoding_mmr=offered.transcoding_mmr and ours.transcoding_mmr,
        transcoding_jbig=offered.transcoding_jbig and ours.transcoding_jbig,
    )


def _corrections_known(correction: str) -> int:
    return _CORRECTIONS.index(correction) if correction in _CORRECTIONS else 0
