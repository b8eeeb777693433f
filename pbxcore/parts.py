"""What the PBX stands on, whether it serves or not: its state, and who keeps it and hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxcore.sip.flow import split_host_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pbxcore import commands
    from pbxcore.authentication import Authentication
    from pbxcore.calls.keeping import CallStores
    from pbxcore.directory import Directory
    from pbxcore.domain import Domain
    from pbxcore.faxes.inbox import FaxInbox
    from pbxcore.journal import Fact
    from pbxcore.media.port import Media
    from pbxcore.presence.gruu_ways import GruuWays
    from pbxcore.presence.keeping import EventStores
    from pbxcore.presence.qualification import Qualification
    from pbxcore.presence.registrar import Registrar
    from pbxcore.presence.temporary_gruu import TemporaryGruus
    from pbxcore.prompts.sounds import Prompts
    from pbxcore.services.phones import Phones
    from pbxcore.services.voicemail import VoicemailService
    from pbxcore.watch import Watch


@dataclass(frozen=True, slots=True)
class PbxParts:
    """The parts that outlast each start and stop, and the ways out of the PBX."""

    directory: Directory
    domain: Domain
    authentication: Authentication
    registrar: Registrar
    gruus: TemporaryGruus
    gruu_ways: GruuWays
    qualification: Qualification
    phones: Phones
    watch: Watch
    voicemail: VoicemailService
    faxes: FaxInbox
    media: Media
    recordings: str
    prompts: Prompts | None
    event_stores: EventStores
    call_stores: CallStores | None
    record: Callable[[Fact], None]
    arrived: Callable[[commands.MessageArrived], Awaitable[commands.MessageStored | None]]
    told: Callable[[commands.Told], bool]
    clock: Callable[[], float]
    now_ms: Callable[[], int]
    entropy: Callable[[int], bytes]

    def load(self) -> None:
        """Take back what was kept over a restart."""
        self.phones.load()
        self.voicemail.start()
        self.faxes.start()
        self.watch.restore(
            split_host_port(each.source)[0]
            for number in self.registrar.numbers()
            for each in self.registrar.of(number)
        )

    def follow_directory(self) -> None:
        """Do at once what another directory or other settings ask for."""
        self.phones.refresh()
        self.voicemail.follow()
        self.watch.guard.settings_changed()
