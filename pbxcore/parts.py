"""What the PBX stands on, whether it serves or not: its state, and who keeps it and hears of it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from pbxcore.authentication import Authentication
from pbxcore.devices import Devices
from pbxcore.domain import Domain
from pbxcore.faxes.inbox import FaxInbox
from pbxcore.net import addresses
from pbxcore.presence.gruu_ways import GruuWays
from pbxcore.presence.qualification import Qualification
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.services.phones import Phones
from pbxcore.services.voicemail import VoicemailService
from pbxcore.sip.flow import split_host_port
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from pbxcore.directory import Directory
    from pbxcore.surroundings import Surroundings


class PbxParts:
    """The parts that outlast each start and stop, and the ways out of the PBX.

    Args:
        directory: extensions and settings.
        surroundings: what else the PBX is given.
        device_key: what signed-in browsers' passwords are made with; none: they have none.
    """

    def __init__(self, directory: Directory, surroundings: Surroundings, device_key: bytes) -> None:
        stores, record = surroundings.stores, surroundings.outlets.record
        clock, entropy, now_ms = surroundings.clock, surroundings.entropy, surroundings.now_ms
        self.directory, self.surroundings = directory, surroundings
        machine = ("localhost", socket.gethostname().lower())
        self.domain = Domain(directory, machine, addresses.is_ours)
        self.watch = Watch(directory, store=stores.bans, record=record, clock=clock)
        self.devices = Devices(device_key, clock)
        self.authentication = Authentication(
            directory,
            self.domain,
            watch=self.watch,
            devices=self.devices,
            clock=clock,
            entropy=entropy,
        )
        self.registrar = Registrar()
        self.gruus = TemporaryGruus(device_key or entropy(32), entropy, self.registrar.of)
        self.gruu_ways = GruuWays(self.domain.is_ours, self.gruus, self.registrar.of)
        self.qualification = Qualification(lambda: int.from_bytes(entropy(2)) / 65536)
        self.phones = Phones(
            directory,
            self.registrar,
            self.qualification,
            store=stores.bindings,
            record=record,
            now_ms=now_ms,
        )
        self.voicemail = VoicemailService(
            directory,
            stores.voicemail,
            record=record,
            now_ms=now_ms,
            entropy=entropy,
            tell=surroundings.outlets.tell,
        )
        self.faxes = FaxInbox(stores.faxes, record, now_ms=now_ms, token=lambda: entropy(4).hex())

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
