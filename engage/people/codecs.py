"""The codecs an extension or a trunk can be kept to, as administrators and programs say them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field

from engage.errors import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.config import JsonDict

CodecName = Literal[
    "ulaw", "alaw", "g722", "opus", "g729", "gsm", "g726", "ilbc", "g723", "adpcm", "g726aal2",
    "h264", "vp8", "h265", "h263", "h263p",
]  # fmt: skip
CODECS: Final[tuple[CodecName, ...]] = get_args(CodecName)
NO_CODECS: Final = ("rtx", "advpf", "mandatory")
"""What programs name beside them, as devices do; calls are not kept to any of it."""
VIDEO: Final = frozenset(("h264", "vp8", "h265", "h263", "h263p"))
CODEC_WORDS: JsonDict = {
    "ulaw": "G.711 µ-law",
    "alaw": "G.711 A-law",
    "g722": "G.722",
    "opus": "Opus",
    "g729": "G.729",
    "gsm": "GSM",
    "g726": "G.726-32",
    "ilbc": "iLBC",
    "g723": "G.723.1",
    "adpcm": "IMA ADPCM",
    "g726aal2": "G.726-32 (AAL2)",
    "h264": "H.264",
    "vp8": "VP8",
    "h265": "H.265",
    "h263": "H.263",
    "h263p": "H.263+",
}
NO_SOUND: Final = N_("Choose at least one codec for sound.")
CODECS_HINT: Final = N_(
    "The codecs it is kept to, the most wanted first. Left empty, all are used, as the other end"
    " wants them."
)
DtmfMode = Literal["rfc4733", "info", "inband", "auto"]
DTMF_MODES: Final[tuple[DtmfMode, ...]] = get_args(DtmfMode)
DTMF_WORDS: JsonDict = {
    "rfc4733": N_("RFC 4733"),
    "info": N_("SIP INFO"),
    "inband": N_("In-band"),
    "auto": N_("Auto"),
}
_IN_RTPMAP: Final = {
    "ulaw": "pcmu",
    "alaw": "pcma",
    "g726": "g726-32",
    "g726aal2": "aal2-g726-32",
    "adpcm": "dvi4",
    "h263p": "h263-1998",
}
"""Those that have another name there (RFC 3551, RFC 4629)."""


def _distinct_with_sound(names: list[CodecName]) -> list[CodecName]:
    found = list(dict.fromkeys(names))
    if not has_sound(found):
        raise Refused(NO_SOUND)
    return found


Codecs = Annotated[
    list[CodecName], Field(max_length=len(CODECS)), AfterValidator(_distinct_with_sound)
]


def written(names: Iterable[CodecName], usual: str) -> str:
    """As programs say it, with commas between them; `usual` where nobody is kept to any."""
    return ",".join(names) or usual


def named(text: object) -> list[CodecName]:
    """The codecs that a comma list names."""
    parts = text.split(",") if isinstance(text, str) else []
    known: dict[str, CodecName] = {each: each for each in CODECS}
    return [known[each] for each in parts if each in known]


def read(text: object, usual: str = "") -> list[CodecName]:
    """The codecs that a comma list keeps calls to.

    None, which is all of them, for `usual`, and where none of them is for sound: programs could
    once store such lists, with which nobody could talk.
    """
    found = named(text)
    return [] if text == usual or found == list(CODECS) or not has_sound(found) else found


def has_sound(names: Iterable[CodecName]) -> bool:
    """Whether somebody who is kept to these can talk."""
    found = list(names)
    return not found or not VIDEO.issuperset(found)


def in_rtpmap(names: Iterable[CodecName]) -> tuple[str, ...]:
    """As session descriptions name them, in lower case."""
    return tuple(_IN_RTPMAP.get(each, each) for each in names)
