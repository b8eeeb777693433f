"""The PBX serves phones while web is away, from what it keeps in its own files."""

from __future__ import annotations

import os
import signal

from engage.keyring import Keyring
from engage.processes.sealed_directory import SealedDirectory
from engage.telephony.journal_file import read_journal
from pbxcore.journal import BindingAdded
from pbxcore.net.media.ports import RtpPorts
from tests.support.phone import Phone
from tests.support.server import Server, wait_until


async def test_a_phone_registers_while_web_is_stopped_and_after_pbx_was_killed() -> None:
    with Server() as server:
        sealed = server.data / "pbx" / "directory.sealed"
        wait_until(sealed.exists, 10, "the snapshot")
        os.kill(server.pid("web"), signal.SIGSTOP)  # neither answers nor returns
        try:
            os.kill(server.pid("pbx"), signal.SIGKILL)
            wait_until(lambda: server.status()["parts"]["pbx"]["state"] == "ready", 20, "pbx")
            async with Phone("1001", "Sip-1001!", ("127.0.0.1", server.sip_port)) as phone:
                assert await phone.register() == 200
                assert await phone.send("1000", "nobody stores this") == 503
        finally:
            os.kill(server.pid("web"), signal.SIGCONT)
        journal = server.data / "pbx" / "journal"

        def added() -> list[str]:
            facts = (entry.fact for entry in read_journal(journal, 0))
            return [fact.number for fact in facts if isinstance(fact, BindingAdded)]

        wait_until(added, 5, "the journal")
        assert added() == ["1001"]
        assert b"Sip-1001!" not in sealed.read_bytes()
        snapshot = SealedDirectory(sealed, Keyring.of(server.data, None)).load()
        assert snapshot is not None
        secrets = {each.number: each.secret for each in snapshot.extensions}
        assert secrets["1001"] == "Sip-1001!"


def test_rtp_pairs_are_even_then_odd_and_really_bound() -> None:
    ports = RtpPorts("127.0.0.1", 30001, 30012)
    pair = ports.open_pair()
    assert pair is not None
    rtp, rtcp = (bound.getsockname()[1] for bound in pair)
    assert rtp % 2 == 0
    assert rtcp == rtp + 1
    for bound in pair:
        bound.close()
