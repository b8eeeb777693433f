"""Records of calls in the columns that other programs know: CSV files, the HTTPS API. Pure."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from engage.calls.model import CallRecord, LegRecord, Recording

COLUMNS = (
    *("AcctId", "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel"),
    *("lastapp", "lastdata", "start", "answer", "end", "duration", "billsec", "disposition"),
    *("amaflags", "uniqueid", "userfield", "channel_ext", "dstchannel_ext", "service"),
    *("caller_name", "recordfiles", "dstanswer", "chanext", "dstchanext", "session"),
    *("action_owner", "action_type", "src_trunk_name", "dst_trunk_name"),
)
VERSTAT = "verstat"
"""Beside the columns that other programs know: whether the caller was verified (STIR/SHAKEN)."""
MAIN, SUB = "main_cdr", "sub_cdr"

DISPOSITIONS: Mapping[str, str] = MappingProxyType(
    {
        "answered": "ANSWERED",
        "no_answer": "NO ANSWER",
        "cancelled": "NO ANSWER",
        "busy": "BUSY",
        "failed": "FAILED",
    }
)
USERFIELDS: Mapping[str, str] = MappingProxyType(
    {"internal": "Internal", "inbound": "Inbound", "outbound": "Outbound"}
)
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ring_group": "RINGGROUP",
        "forward": "CALLFORWARD",
        "voicemail": "VM",
        "voicemail_group": "VMG",
        "own_mailbox": "VM",
        "any_mailbox": "VM",
        "follow_me": "FOLLOWME",
        "parking": "PARKEDCALL",
        "retrieve": "SCA",
        "bridge": "SCA",
        "private_hold": "SCA",
        "flip": "TRANSFER",
        "take_over": "PICKUP",
        "wake_up": "WAKEUP",
        "remote_wake_up": "WAKEUP",
        "fax": "VFAX",
        "mini_bar": "MINIBAR",
        "livechat": "LIVECHAT",
    }
)
APPLICATIONS: Mapping[str, str] = MappingProxyType(
    {
        "queue": "Queue",
        "voicemail": "VoiceMail",
        "voicemail_group": "VoiceMail",
        "own_mailbox": "VoiceMailMain",
        "any_mailbox": "VoiceMailMain",
        "ivr": "BackGround",
        "echo": "Echo",
        "fax": "ReceiveFax",
        "page": "Page",
        "conference": "ConfBridge",
        "parking": "Park",
    }
)
NUMBERED = frozenset(
    {
        "ring_group",
        "queue",
        "ivr",
        "page",
        "conference",
        "directory",
        "voicemail_group",
        "disa",
        "fax",
    }
)
"""Actions that name the object they happened in: `QUEUE[6500]`."""


def rows_of(
    call: CallRecord, legs: Sequence[LegRecord], sound: Sequence[Recording], zone: tzinfo
) -> list[dict[str, str]]:
    """One row for the call as a whole, then one for each leg but the caller's.

    Args:
        call: the call.
        legs: its legs, the caller's first.
        sound: its recordings.
        zone: the time zone that moments are written in.
    """
    main = _main(call, legs, sound, zone)
    return [main, *(_sub(main, call, each, zone) for each in legs if each.role != "caller")]


def _main(
    call: CallRecord, legs: Sequence[LegRecord], sound: Sequence[Recording], zone: tzinfo
) -> dict[str, str]:
    caller = next((each for each in legs if each.role == "caller"), None)
    others = [each for each in legs if each.role != "caller"]
    taken = [each for each in others if each.party == call.answered_by and each.answered_at_ms]
    shown = next(iter(taken or others), None)
    return {
        "AcctId": str(call.number),
        "accountcode": call.account,
        "src": call.caller,
        "dst": call.callee,
        "dcontext": "ext-did" if call.direction == "inbound" else "from-internal",
        "clid": f'"{call.caller_name}" <{call.caller}>',
        "channel": _channel(call, caller) if caller else "",
        "dstchannel": shown.channel if shown else "",
        "lastapp": APPLICATIONS.get(shown.action if shown else "", "Dial"),
        "lastdata": f"PJSIP/{shown.party}" if shown and shown.role == "called" else "",
        "start": moment(call.started_at_ms, zone),
        "answer": moment(call.answered_at_ms, zone),
        "end": moment(call.ended_at_ms, zone),
        "duration": str(call.duration_s),
        "billsec": str(call.talk_s),
        "disposition": DISPOSITIONS.get(call.disposition, "FAILED"),
        "amaflags": "DOCUMENTATION",
        "uniqueid": unique_id(call.started_at_ms, call.seq),
        "userfield": _userfield(call),
        "channel_ext": call.caller,
        "dstchannel_ext": shown.party if shown else "",
        "service": "s",
        "caller_name": call.caller_name,
        "recordfiles": "".join(f"{record_file(each)}@" for each in sound),
        "dstanswer": call.answered_by,
        "chanext": call.caller_extension,
        "dstchanext": shown.extension if shown else "",
        "session": session_of(call),
        "action_owner": call.action_owner,
        "action_type": action_type(call.action, call.action_owner),
        "src_trunk_name": call.source_trunk,
        "dst_trunk_name": call.destination_trunk,
        VERSTAT: call.verstat,
    }


def _sub(main: Mapping[str, str], call: CallRecord, leg: LegRecord, zone: tzinfo) -> dict[str, str]:
    answered = leg.answered_at_ms
    return {
        **main,
        "AcctId": str(leg.number or call.number),
        "dst": leg.party,
        "dstchannel": leg.channel,
        "lastapp": APPLICATIONS.get(leg.action, "Dial"),
        "lastdata": f"PJSIP/{leg.party}" if leg.role == "called" else "",
        "start": moment(leg.started_at_ms, zone),
        "answer": moment(answered, zone),
        "end": moment(leg.ended_at_ms, zone),
        "duration": str(_seconds(leg.started_at_ms, leg.ended_at_ms)),
        "billsec": str(_seconds(answered, leg.ended_at_ms) if answered else 0),
        "disposition": DISPOSITIONS.get(leg.disposition, "FAILED"),
        "uniqueid": unique_id(leg.started_at_ms, leg.seq),
        "dstchannel_ext": leg.party,
        "recordfiles": main["recordfiles"] if answered and leg.role == "called" else "",
        "dstanswer": leg.party if answered else "",
        "dstchanext": leg.extension,
        "action_owner": leg.action_owner or leg.party,
        "action_type": action_type(leg.action, leg.action_owner),
        "dst_trunk_name": leg.trunk,
    }


def moment(at_ms: int | None, zone: tzinfo) -> str:
    """A moment as the columns have it; empty for none."""
    if not at_ms:
        return ""
    return datetime.fromtimestamp(at_ms // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def unique_id(at_ms: int, seq: int) -> str:
    """What programs call a leg or a call by, besides its channel."""
    return f"{at_ms // 1000}.{seq}"


def session_of(call: CallRecord) -> str:
    """The key that all rows of a call share: seventeen digits, and who called."""
    return f"{call.started_at_ms:013d}{call.seq % 10_000:04d}-{call.caller}"


def record_file(recording: Recording) -> str:
    """A recording as the columns name it: a month and a file, without the usual folder."""
    return recording.file.removeprefix("monitor/")


def action_type(action: str, owner: str) -> str:
    """What was done: `DIAL`, `QUEUE[6500]`."""
    word = ACTIONS.get(action, action.upper() or "DIAL")
    return f"{word}[{owner}]" if owner and action in NUMBERED else word


def _channel(call: CallRecord, caller: LegRecord) -> str:
    """The caller's; a visitor of a web page speaks no SIP."""
    if call.conversation:
        return caller.channel.replace("PJSIP/", "livechat/", 1)
    return caller.channel


def _userfield(call: CallRecord) -> str:
    """A live chat's number; in by one trunk and out by another is neither of the usual."""
    if call.session:
        return call.session
    if call.source_trunk and call.destination_trunk:
        return "External"
    return USERFIELDS.get(call.direction, "Internal")


def _seconds(start_ms: int, end_ms: int) -> int:
    return max(0, round((end_ms - start_ms) / 1000))
