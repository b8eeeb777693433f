"""What the PBX tells: facts as values, in one order, each with a number and a moment.

The journal is the truth of everything that rings or registers; histories, statistics and presence
are projections of it.
"""

from __future__ import annotations

import msgspec

from pbxcore.features.model import Features
from pbxcore.queues import facts as queues


class PbxStarted(msgspec.Struct, frozen=True, tag=True):
    """The PBX begins anew: calls that were up are over, and their facts end here.

    `up_until_ms` is when it was last known to run, 0 where it never did.
    """

    up_until_ms: int


class BindingAdded(msgspec.Struct, frozen=True, tag=True):
    """A device registered, or came back after a restart or under a new address."""

    number: str
    contact: str
    user_agent: str
    source: str
    transport: str
    expires_at_ms: int


class BindingRemoved(msgspec.Struct, frozen=True, tag=True):
    """A device is gone.

    `cause` is `unregistered`, `expired`, `lost` (its connection broke), `replaced` or `removed`;
    `address` is the device's own IP address.
    """

    number: str
    contact: str
    cause: str
    address: str = ""
    user_agent: str = ""


class BindingQualified(msgspec.Struct, frozen=True, tag=True):
    """A registered device does not answer OPTIONS any more, or answers again."""

    number: str
    contact: str
    reachable: bool


class MessageRelayed(msgspec.Struct, frozen=True, tag=True):
    """A phone's MESSAGE was passed to the callee's phones; `status` is what the caller heard."""

    id: str
    sender: str
    recipient: str
    text: str
    status: int


class FeaturesChanged(msgspec.Struct, frozen=True, tag=True):
    """A phone of an extension has set features, by a key of its own or by a code.

    `features` are all of them as they are now; `changed` names those that were others before:
    `undisturbed`, `presence`, or a case of a presence state as `away.busy`.
    """

    number: str
    features: Features
    changed: tuple[str, ...]


class CallerBlocked(msgspec.Struct, frozen=True, tag=True):
    """An extension put a caller on the blacklist by a code, or took it off again."""

    caller: str
    number: str
    blocked: bool


class InboundModeChosen(msgspec.Struct, frozen=True, tag=True):
    """An extension has switched the mode that inbound routes go by; 0 is the default one.

    With a `suffix` it is that of the routes alone that have it.
    """

    number: str
    mode: int
    suffix: str = ""


class AddressBanned(msgspec.Struct, frozen=True, tag=True):
    """An address (IPv4, or an IPv6 /64) failed to sign in too often and is shut out.

    `until_ms` is 0 for a ban that only an administrator ends.
    """

    address: str
    until_ms: int
    failures: int


class AddressUnbanned(msgspec.Struct, frozen=True, tag=True):
    """A ban ended. `cause`: `expired`, `removed`, `allowed` (whitelist or switch), `replaced`."""

    address: str
    cause: str


class TrunkChanged(msgspec.Struct, frozen=True, tag=True):
    """A trunk stands differently.

    `state` is `off`, `trying`, `registered`, `rejected`, `unreachable`, or `reachable` for one that
    does not register; `status` is what the registrar said last, 0 for nothing; `server` the
    address and port that answered last.
    """

    id: str
    name: str
    state: str
    status: int
    server: str


class TrunkCrowded(msgspec.Struct, frozen=True, tag=True):
    """More calls go by a trunk at once than `most`, or no more than that again (not `crowded`).

    `calls` is how many go by it now, whoever makes them.
    """

    id: str
    name: str
    calls: int
    most: int
    crowded: bool


class TrunkUsed(msgspec.Struct, frozen=True, tag=True):
    """Calls out by a trunk have lasted more than `threshold` minutes in its day or month."""

    id: str
    name: str
    minutes: int
    threshold: int


class MediaWorkerLost(msgspec.Struct, frozen=True, tag=True):
    """A process that carries the sound ended by itself; calls whose `streams` it had are over."""

    streams: int


class CallStarted(msgspec.Struct, frozen=True, tag=True):
    """Somebody calls. `call` names the call in all its facts; `sip_call_id` is its Call-ID.

    `call` is of this call alone, after a restart too; legs are named within their call, `leg` is
    the caller's. `number` is the caller's extension, "" for one who has none; `dialled` is what was
    dialled; `trunk` the id of the trunk it came in by. `caller` is the number that is shown to who
    is called, where it is not the extension's; `original` what it was before a route rewrote it;
    `account` what the call is charged to. A visitor of a web page calls in a `conversation`, whose
    `session` stands in the record's user field.
    """

    call: str
    leg: str
    number: str
    name: str
    dialled: str
    direction: str
    """`internal`, `inbound` or `outbound`."""
    trunk: str = ""
    source: str = ""
    user_agent: str = ""
    sip_call_id: str = ""
    caller: str = ""
    original: str = ""
    account: str = ""
    conversation: str = ""
    session: str = ""


class CallCharged(msgspec.Struct, frozen=True, tag=True):
    """The call is charged to an account from now on: a PIN has told whose."""

    call: str
    account: str


class EmergencyCalled(msgspec.Struct, frozen=True, tag=True):
    """An extension calls an emergency service: `name` and `number` say which.

    `location` is where its phone is, as far as that is known.
    """

    call: str
    extension: str
    name: str
    number: str
    location: str = ""


class CallerVerified(msgspec.Struct, frozen=True, tag=True):
    """Whether the caller is who he says, in 3GPP's words; `attest` says how far that goes."""

    call: str
    verstat: str
    attest: str = ""


class LegCalled(msgspec.Struct, frozen=True, tag=True):
    """The call is offered to somebody: one line per device or trunk tried.

    `action` says why: `dial`, `ring_group`, `forward`, `transfer`, `queue` … and `owner` is the
    number whose doing it is: the ring group's, that of the extension which forwards. `trunk` is an
    id, `target` the device's contact.
    """

    call: str
    leg: str
    number: str
    action: str
    trunk: str = ""
    target: str = ""
    owner: str = ""


class LegRinging(msgspec.Struct, frozen=True, tag=True):
    """It rings there."""

    call: str
    leg: str
    status: int


class LegAnswered(msgspec.Struct, frozen=True, tag=True):
    """A called leg answered, or the PBX answered the caller's.

    Then `by` names the service (`ivr`, `voicemail`, `echo` …) and `owner` its number; each service
    that the caller goes on to says so again.
    """

    call: str
    leg: str
    by: str = ""
    owner: str = ""


class LegsJoined(msgspec.Struct, frozen=True, tag=True):
    """Two legs talk to each other from now on."""

    call: str
    first: str
    second: str


class LegHeld(msgspec.Struct, frozen=True, tag=True):
    """A party put its peer on hold, or took it back."""

    call: str
    leg: str
    held: bool


class CallTransferred(msgspec.Struct, frozen=True, tag=True):
    """A leg handed its peer on to `target`, or lost it to `target`.

    `kind`: `blind`, `attended`, `park`, `pickup`, `retrieve` (at another place of its line), `flip`
    (at another phone of its own), `take_over`, `seamless`.

    After an attended transfer the facts of `other` (the consultation call) go on in this one.
    """

    call: str
    leg: str
    target: str
    kind: str
    other: str = ""


class CallRecorded(msgspec.Struct, frozen=True, tag=True):
    """A recording of the call is on disk; `file` is its path below the recordings' folder.

    Told twice: when it begins, with no seconds, and when it is whole.
    """

    call: str
    recording: str
    file: str
    seconds: float
    legs: tuple[str, ...]


class RecordingFailed(msgspec.Struct, frozen=True, tag=True):
    """A recording could not begin, or ended early: a full disk, a lost worker. The call goes on."""

    call: str
    recording: str
    file: str
    reason: str


class LegEnded(msgspec.Struct, frozen=True, tag=True):
    """A leg is over. `by`: who ended it (`caller`, `callee`, `pbx`).

    `status` is the SIP status that ended an unanswered leg, 0 for an answered one; `cause` is the
    cause in Q.850's numbers; `reason` says it in a word (`answered_elsewhere`, `busy`, `no_answer`,
    `rtp_silence`, `connection_lost`, `restart` …). Figures of its media go with it.
    """

    call: str
    leg: str
    by: str
    status: int
    cause: int
    reason: str
    packets_in: int = 0
    packets_lost: int = 0
    jitter_ms: float = 0.0
    mos: float = 0.0
    codec: str = ""


class CallEnded(msgspec.Struct, frozen=True, tag=True):
    """Every leg is over; nothing more comes of this call.

    `disposition`: `answered`, `no_answer`, `busy`, `failed`, `cancelled`.
    """

    call: str
    disposition: str
    status: int
    cause: int


class AnnouncementPlayed(msgspec.Struct, frozen=True, tag=True):
    """The extension `number` has announced something to a group, by the codes of both.

    `phones`: to how many extensions.
    """

    message: str
    audience: str
    number: str
    phones: int


class VoiceMessageLeft(msgspec.Struct, frozen=True, tag=True):
    """Somebody left a voice message, or sent one on; told once for each mailbox that has it.

    `caller` and `name` are whom it is from; `sound` is its file; `call` is the one that left it, ""
    for one that was sent on.
    """

    mailbox: str
    message: str
    caller: str
    name: str
    seconds: float
    urgent: bool
    sound: str
    call: str = ""


class FaxReceived(msgspec.Struct, frozen=True, tag=True):
    """A fax for the number `box` is over; its `pages` are in the TIFF at `path`.

    `caller` and `name` are who called; `sender` is the number that the machine gave. `problem` is a
    word for what went wrong, "" for nothing: pages that came before are there all the same;
    `detail` says it more precisely, in English. It may be told twice, by the same `id`.
    """

    id: str
    box: str
    call: str
    caller: str
    name: str
    received_at_ms: int
    path: str
    pages: int
    seconds: float
    sender: str = ""
    bit_rate: int = 0
    problem: str = ""
    detail: str = ""


class MailboxChanged(msgspec.Struct, frozen=True, tag=True):
    """So many messages lie in a mailbox now."""

    mailbox: str
    new: int
    old: int
    urgent: int


class PromptRecorded(msgspec.Struct, frozen=True, tag=True):
    """A custom prompt was spoken; `file` is its path below the recordings' folder."""

    name: str
    file: str
    seconds: float


class WakeUpAsked(msgspec.Struct, frozen=True, tag=True):
    """An extension wants to be woken at the next `time` (`07:30`), on the clock of the calendar."""

    number: str
    time: str


class MiniBarFilled(msgspec.Struct, frozen=True, tag=True):
    """A maid tells from a hotel's room how many of an article, by its code, were taken there."""

    number: str
    room: str
    maid: str
    goods: str
    count: int


class RoomStatusTold(msgspec.Struct, frozen=True, tag=True):
    """Somebody in a hotel's room tells how it is: `status` is 1 to 9."""

    number: str
    room: str
    status: int


class WakeUpCalled(msgspec.Struct, frozen=True, tag=True):
    """A wake-up call is over: it was answered, or nobody did however often it rang."""

    id: str
    number: str
    answered: bool


class ChatAlarmCalled(msgspec.Struct, frozen=True, tag=True):
    """A number was called because a visitor waits in live chat.

    `outcome`: `no_answer`, or `answered` and then perhaps `accepted`.
    """

    conversation: str
    number: str
    outcome: str


class QueueTransition(msgspec.Struct, frozen=True, tag=True):
    """Something happened in the call queues; `seq` counts without gaps."""

    seq: int
    fact: queues.Fact


class QueueCallRated(msgspec.Struct, frozen=True, tag=True):
    """A caller has said how satisfied he is with a queue's agent, from 1 (not at all) to 5.

    `caller` is what the queues call him.
    """

    call: str
    queue: str
    caller: str
    agent: str
    rating: int


CallFact = (
    CallStarted
    | CallCharged
    | CallerVerified
    | EmergencyCalled
    | LegCalled
    | LegRinging
    | LegAnswered
    | LegsJoined
    | LegHeld
    | CallTransferred
    | CallRecorded
    | RecordingFailed
    | LegEnded
    | CallEnded
)

Fact = (
    PbxStarted
    | BindingAdded
    | BindingRemoved
    | BindingQualified
    | MessageRelayed
    | FeaturesChanged
    | CallerBlocked
    | InboundModeChosen
    | TrunkChanged
    | TrunkCrowded
    | TrunkUsed
    | MediaWorkerLost
    | AddressBanned
    | AddressUnbanned
    | PromptRecorded
    | WakeUpAsked
    | WakeUpCalled
    | MiniBarFilled
    | RoomStatusTold
    | ChatAlarmCalled
    | AnnouncementPlayed
    | VoiceMessageLeft
    | MailboxChanged
    | FaxReceived
    | QueueCallRated
    | QueueTransition
    | CallFact
)


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal. `seq` counts from 1 without gaps; `at_ms` is milliseconds UTC."""

    seq: int
    at_ms: int
    fact: Fact
