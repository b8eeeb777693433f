"""Why a call failed or had no sound, in plain words, from its record. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from engage.calls.records import BUSY
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engage.calls.model import CallRecord, LegRecord

Tone = Literal["good", "warn", "bad"]

LEAST_MS: Final = 2_000
"""In a shorter talk nobody need have said anything."""
LOSSY: Final = 0.03
"""From so much loss on, people miss syllables."""
JITTERY_MS: Final = 40.0
POOR_MOS: Final = 3.1
"""Below it, many users are dissatisfied (ITU-T G.107, annex B)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found out; `text` with `params` is for people, `code` for programs."""

    code: str
    tone: Tone
    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)


_ENDS: Final[dict[str, tuple[Tone, str]]] = {
    "unknown_number": (
        "bad",
        N_("%(number)s is no number of this PBX, and no outbound route fits it."),
    ),
    "not_permitted": (
        "bad",
        N_(
            "%(caller)s may not call %(number)s: see its permission, and that of the"
            " outbound route."
        ),
    ),
    "barred": ("warn", N_("The number is on the outbound blacklist.")),
    "wrong_pin": (
        "bad",
        N_("The outbound route asks for a PIN, and none that is known was entered."),
    ),
    "no_trunk": ("bad", N_("The outbound route has no trunk that is switched on.")),
    "trunk_full": ("bad", N_("The trunk has as many calls as it may have.")),
    "blacklisted": ("warn", N_("The caller is on the blacklist.")),
    "collect_call": ("warn", N_("It was a collect call, and the inbound route takes none.")),
    "not_served": ("bad", N_("The call was sent to something that takes no calls.")),
    "unavailable": (
        "bad",
        N_(
            "No phone of %(number)s is registered, none of them could be reached, or it said"
            " itself that nobody is available there."
        ),
    ),
    "out_of_service": ("warn", N_("The extension %(number)s is disabled.")),
    "no_answer": ("warn", N_("It rang at %(number)s, and nobody answered in time.")),
    "busy": ("warn", N_("%(number)s was busy, or the call was rejected there.")),
    "declined": ("warn", N_("The call was declined.")),
    "cancelled": ("warn", N_("The caller hung up before anybody answered.")),
    "no_common_media": (
        "bad",
        N_(
            "The two sides have no codec in common, or only one of them encrypts: compare"
            " the codecs and the encryption of both."
        ),
    ),
    "no_room": (
        "bad",
        N_(
            "The PBX had no free port or no media process for the sound. Is the range of RTP"
            " ports large enough?"
        ),
    ),
    "loop": ("bad", N_("The call was forwarded in a circle.")),
    "too_many_hops": (
        "bad",
        N_("The call came back again and again: two systems send it to each other."),
    ),
    "rtp_silence": (
        "bad",
        N_(
            "The PBX ended the call, since a phone sent no sound any more: its network was"
            " gone, or a firewall closed the way."
        ),
    ),
    "media_lost": ("bad", N_("The process that carries the sound had ended. It was started anew.")),
    "connection_lost": (
        "bad",
        N_("A phone answered nothing any more: its network was gone, or its connection broke."),
    ),
    "restart": ("bad", N_("The PBX was started anew while the call was up.")),
    "shutdown": ("warn", N_("The PBX was stopped while the call was up.")),
    "time_limit": (
        "warn",
        N_("The call had lasted as long as its route, trunk or extension allows."),
    ),
    "preempted": ("warn", N_("The line was needed for an emergency call.")),
    "priority_call": ("warn", N_("It was ended for a priority call.")),
    "administrator": ("warn", N_("An administrator hung up.")),
}
_STATUSES: Final[dict[int, str]] = {
    401: N_("%(where)s asks for a password: the user name or password of the trunk is wrong."),
    403: N_(
        "%(where)s forbids the call: the account may be blocked, without credit, or not"
        " allowed to show this number."
    ),
    404: N_("%(where)s does not know the number %(number)s."),
    407: N_("%(where)s asks for a password: the user name or password of the trunk is wrong."),
    408: N_(
        "%(where)s did not answer at all: is its address right, and does a firewall let SIP"
        " through?"
    ),
    484: N_("%(where)s says that digits are missing in %(number)s."),
    488: N_("%(where)s accepts none of the codecs that were offered, or wants encryption."),
    503: N_("%(where)s takes no calls at the moment."),
}
_OURS: Final = frozenset(
    (
        *("unknown_number", "not_permitted", "unavailable", "no_answer", "no_common_media"),
        *("no_room", "failed"),
    )
)
"""What is said of us by these, where nobody whom we called has refused by the same statuses."""
_REFUSED: Final = N_("%(where)s refused the call (%(status)d).")


def findings(call: CallRecord, legs: Sequence[LegRecord]) -> list[Finding]:
    """What may be said of a call; at least one thing, the weightiest first."""
    refusals = list(_refusals(legs))
    ends = [each for each in _end(call, legs) if not (refusals and each.code in _OURS)]
    found = [*ends, *refusals, *_sound(legs)]
    if not found:
        found = [_fine(call)]
    weight = {"bad": 0, "warn": 1, "good": 2}
    return sorted(found, key=lambda each: weight[each.tone])


def _end(call: CallRecord, legs: Sequence[LegRecord]) -> Iterator[Finding]:
    """Why it ended: as the call says, its caller's leg, or one that was answered."""
    told = [call.reason, *(each.reason for each in legs if each.role == "caller")]
    told += [each.reason for each in legs if each.answered_at_ms]
    reason = next((each for each in told if each in _ENDS), "") or _word(call)
    known = _ENDS.get(reason)
    if known is not None:
        params = {"number": call.callee, "caller": call.caller}
        yield Finding(reason, known[0], known[1], params)
    elif call.disposition == "failed":
        text = N_("The call failed with the SIP status %(status)d.")
        yield Finding("failed", "bad", text, {"status": call.status})


def _word(call: CallRecord) -> str:
    """What its disposition says, where it has no reason of its own."""
    words = {"no_answer": "no_answer", "busy": "busy", "cancelled": "cancelled"}
    if call.disposition == "failed":
        told = {404: "unknown_number", 403: "not_permitted", 480: "unavailable"}
        return told.get(call.status, "")
    return words.get(call.disposition, "")


def _refusals(legs: Sequence[LegRecord]) -> Iterator[Finding]:
    """What providers and phones said to calls that they did not take."""
    for leg in legs:
        if leg.role != "called" or leg.answered_at_ms or leg.ended_by != "callee":
            continue
        if leg.status < 400 or leg.status in BUSY or leg.status in (480, 487):
            continue
        where = leg.trunk or leg.party
        params: dict[str, str | int] = {"where": where, "number": leg.party}
        params["status"] = leg.status
        yield Finding(f"refused_{leg.status}", "bad", _STATUSES.get(leg.status, _REFUSED), params)


def _sound(legs: Sequence[LegRecord]) -> Iterator[Finding]:
    """How the sound of each party was on its way to us."""
    for leg in legs:
        if leg.role == "service" or not leg.answered_at_ms:
            continue
        if leg.ended_at_ms - leg.answered_at_ms < LEAST_MS:
            continue
        who: dict[str, str | int] = {"who": leg.party}
        if not leg.codec:
            continue  # its figures went with the process that had them
        if not leg.packets_in:
            yield Finding("no_sound", "bad", _NO_SOUND, who)
            continue
        lost = leg.packets_lost / (leg.packets_in + leg.packets_lost)
        if lost > LOSSY:
            yield Finding("loss", "warn", _LOSS, who | {"percent": round(lost * 100)})
        elif leg.jitter_ms > JITTERY_MS:
            yield Finding("jitter", "warn", _JITTER, who | {"ms": round(leg.jitter_ms)})
        elif 0 < leg.mos < POOR_MOS:
            yield Finding("poor", "warn", _POOR, who)


_NO_SOUND: Final = N_(
    "No sound came from %(who)s. Its phone sends to the wrong address, or a firewall drops"
    " it: see the"
    " external address and the RTP ports, and whether the phone is muted."
)
_LOSS: Final = N_(
    "%(percent)d %% of the sound of %(who)s was lost on its way: its network is overloaded."
)
_JITTER: Final = N_("The sound of %(who)s came unevenly, by %(ms)d ms: its network is overloaded.")
_POOR: Final = N_("The sound of %(who)s was of poor quality.")


def _fine(call: CallRecord) -> Finding:
    if call.disposition != "answered":
        return Finding("ended", "good", N_("The call ended without being answered."))
    text = N_("The call was answered, and sound came from both sides.")
    return Finding("fine", "good", text)
