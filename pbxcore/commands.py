"""What the PBX is told and asked, and what it asks in return: values that cross a process.

Requests name their reply. `pbxcore.pbx.Pbx` carries them out; the process around it moves the
bytes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pbxcore.apps.conference_commands import ConferenceCommand, ConferenceShown
from pbxcore.calls.commands import CallCommand, CallDone
from pbxcore.calls.visitor_commands import VisitorCallMoved, VisitorCommand
from pbxcore.directory import Delta, Snapshot
from pbxcore.health import Health, Probe
from pbxcore.queues.commands import QueueCommand, QueueDone, QueuesShown
from pbxcore.voicemail.commands import (
    MailboxesHeld,
    VoicemailCommand,
    VoiceMessages,
    VoiceMessagesChanged,
)


class PutSnapshot(msgspec.Struct, frozen=True, tag=True):
    """Replace the directory. Reply: `DirectoryHeld`."""

    snapshot: Snapshot


class ApplyDelta(msgspec.Struct, frozen=True, tag=True):
    """Follow one delta. Reply: `DirectoryHeld`; its version tells whether a snapshot is needed."""

    delta: Delta


class DirectoryHeld(msgspec.Struct, frozen=True, tag=True):
    """The version of the directory that now rules; -1 before the first snapshot."""

    version: int


class ListBindings(msgspec.Struct, frozen=True, tag=True):
    """Ask for the devices of one extension, or of all when `number` is empty. Reply: `Bindings`.

    With `everywhere` also for the browsers of its user, and the phones at the places of its line.
    """

    number: str = ""
    everywhere: bool = False


class BindingView(msgspec.Struct, frozen=True):
    """One registered device (RFC 3261 §10).

    `contact` identifies the device among its extension's. `transport` is `udp`, `tcp`, `tls`, `ws`
    or `wss`; moments are milliseconds UTC. `address` is the device's own, behind a proxy too.

    `instance` and `reg_id` name the device and its flow (RFC 5626). `lost`: its connection broke a
    moment ago. `reachable` is None until the device was asked by OPTIONS; `round_trip_ms` is that
    of its last answer. `browser` is the tag of a signed-in one.
    """

    number: str
    contact: str
    user_agent: str
    source: str
    transport: str
    registered_at_ms: int
    expires_at_ms: int
    address: str = ""
    instance: str = ""
    reg_id: int = 0
    lost: bool = False
    reachable: bool | None = None
    round_trip_ms: float | None = None
    qualified_at_ms: int = 0
    browser: str = ""


class Bindings(msgspec.Struct, frozen=True, tag=True):
    """Registered devices, in order of registration."""

    bindings: tuple[BindingView, ...]


class ListTrunks(msgspec.Struct, frozen=True, tag=True):
    """Ask how the trunks stand. Reply: `TrunkStandings`."""


class TrunkStanding(msgspec.Struct, frozen=True):
    """How one enabled trunk stands; see `journal.TrunkChanged`.

    `round_trip_ms` is how long the last answer took, None when none came; `registered_for_s` for
    how long the registration still stands.
    """

    id: str
    state: str
    status: int
    server: str
    round_trip_ms: int | None = None
    registered_for_s: int | None = None


class TrunkStandings(msgspec.Struct, frozen=True, tag=True):
    """How the enabled trunks stand, by no order."""

    trunks: tuple[TrunkStanding, ...]


class SendMessage(msgspec.Struct, frozen=True, tag=True):
    """Send one SIP MESSAGE to one device (RFC 3428). Reply: `MessageResult`.

    The same `id` gives the same Call-ID and From tag; with the same `cseq` it is the same request,
    so that a phone recognises a repetition (RFC 3261 §8.2.2.2). A new try after a final status has
    a higher `cseq` (§8.1.3.5).
    `sender` is the user part of From (an extension's number or `broadcast`). The PBX splits
    nothing: `text` above 1,300 bytes of request goes by TCP or is answered 513 for a device on UDP.
    """

    id: str
    number: str
    contact: str
    sender: str
    sender_name: str
    text: str
    content_type: str = "text/plain;charset=UTF-8"
    cseq: int = 1


class MessageResult(msgspec.Struct, frozen=True, tag=True):
    """The final status of one MESSAGE: the device's, 408 for silence, 480 when not registered."""

    id: str
    status: int
    reason: str


class RevokeDevice(msgspec.Struct, frozen=True, tag=True):
    """A browser has signed out: take none of its credentials, which expire by then.

    Reply: `DirectoryHeld`. `tag` is that of `pbxcore.devices`.
    """

    tag: str
    until_ms: int


class MessageArrived(msgspec.Struct, frozen=True, tag=True):
    """A registered phone wrote to an extension that no phone serves now. Reply: `MessageStored`.

    The PBX keeps the transaction open until the reply. `id` stays the same when the phone repeats
    the request under the same Call-ID and CSeq.
    """

    id: str
    sender: str
    recipient: str
    content_type: str
    text: str


class MessageStored(msgspec.Struct, frozen=True, tag=True):
    """The SIP status to answer with: 202 once stored, else the refusal (404, 413, 415, 503 …)."""

    status: int


class ListBans(msgspec.Struct, frozen=True, tag=True):
    """Ask which addresses are shut out. Reply: `BansHeld`."""


class LiftBans(msgspec.Struct, frozen=True, tag=True):
    """Let these addresses in again. Reply: `BansHeld` with the bans that ended by this."""

    addresses: tuple[str, ...]


class BanView(msgspec.Struct, frozen=True):
    """One address that is shut out; `until_ms` is 0 for a ban that ends by hand only."""

    address: str
    since_ms: int
    until_ms: int
    failures: int


class BansHeld(msgspec.Struct, frozen=True, tag=True):
    """Bans, the oldest first."""

    bans: tuple[BanView, ...]


class Trace(msgspec.Struct, frozen=True, tag=True):
    """Ask for the last SIP messages, without their secrets. Reply: `TraceShown`.

    `after` is a message's number: only later ones are shown. `call_id` and `address` (a peer's)
    choose, `bodies` shows what people write and dial. A capture file begins where `after` is 0.
    """

    after: int = 0
    call_id: str = ""
    address: str = ""
    form: Literal["text", "pcap", "ladder"] = "text"
    bodies: bool = False


class TraceShown(msgspec.Struct, frozen=True, tag=True):
    """A part of a trace; the next begins after `last`, at once if there is `more`."""

    shown: bytes
    last: int
    more: bool


class CheckSync(msgspec.Struct, frozen=True, tag=True):
    """Ask one device to fetch its configuration, and with `reboot` to restart. Reply: `DeviceTold`.

    `contact` is the device's, as `Bindings` lists it.
    """

    number: str
    contact: str
    reboot: bool = False


class DeviceTold(msgspec.Struct, frozen=True, tag=True):
    """What the device answered: 408 for silence, 480 when it is not registered."""

    status: int


class PinChosen(msgspec.Struct, frozen=True, tag=True):
    """The owner of a mailbox has chosen another PIN by phone; web keeps it, and tells the PBX."""

    mailbox: str
    pin: str


class JournalGrew(msgspec.Struct, frozen=True, tag=True):
    """A hint: the journal on disk now reaches `seq`. Needs no reply and may get lost."""

    seq: int


class WebSocketOpened(msgspec.Struct, frozen=True, tag=True):
    """A browser opened a socket for SIP (RFC 7118). `id` is unique for this web server.

    `host` and `port` are the client's own, as resolved behind a trusted proxy, whose clients get
    ports that tell them apart; `local` is our end as `host:port`; `secure` tells WSS from WS.
    """

    id: int
    host: str
    port: int
    local: str
    secure: bool


class WebSocketMessage(msgspec.Struct, frozen=True, tag=True):
    """One message on such a socket, either way: a frame of its own, without a frame's header."""

    id: int
    data: bytes


class WebSocketClosed(msgspec.Struct, frozen=True, tag=True):
    """Such a socket is gone, or, from the PBX, is to be closed with that code (RFC 6455 §7.4)."""

    id: int
    code: int = 1012


Request = (
    PutSnapshot
    | ApplyDelta
    | ListBindings
    | ListTrunks
    | SendMessage
    | RevokeDevice
    | MessageArrived
    | ListBans
    | LiftBans
    | Trace
    | CheckSync
    | CallCommand
    | VisitorCommand
    | ConferenceCommand
    | QueueCommand
    | VoicemailCommand
    | Probe
)
Reply = (
    DirectoryHeld
    | Bindings
    | TrunkStandings
    | MessageResult
    | MessageStored
    | BansHeld
    | TraceShown
    | DeviceTold
    | CallDone
    | ConferenceShown
    | QueueDone
    | QueuesShown
    | MailboxesHeld
    | VoiceMessages
    | VoiceMessagesChanged
    | Health
)
Told = PinChosen | VisitorCallMoved
"""What the PBX tells web beside its journal: of no use to one that comes later."""
Notice = JournalGrew | Told | WebSocketOpened | WebSocketMessage | WebSocketClosed
