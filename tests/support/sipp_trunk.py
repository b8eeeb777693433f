"""SIPp as a provider with sound: it says a tone, or sends back what it hears."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pbxcore.media.codecs.coding import encoder_for
from pbxcore.media.oscillator import sine
from pbxcore.sip.sdp.codecs import PCMU
from tests.support.baresip import DYING_WITH_US
from tests.support.program import Program
from tests.support.server import free_port
from tests.support.ucm import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Server

_SCENARIOS: Final = Path(__file__).parent / "sipp"
_HOST: Final = "127.0.0.3"
"""Another address than the phones': a peer is trusted by its own."""


def write_stream(folder: Path, hz: float) -> None:
    """The tone that a SIPp in a folder streams."""
    tone = sine((hz,), 1, 8000, edges=False)
    (folder / "tone.ulaw").write_bytes(encoder_for(PCMU.codec).encode(tone))


class SippTrunk:
    """A peer trunk: phones reach it by 8 and a number, it reaches each of `numbers` by 77 and that.

    `tel_uri` is how it is told of numbers.

    Attributes:
        hz: the tone that it says.
    """

    def __init__(
        self, server: Server, folder: Path, hz: float, *numbers: str, tel_uri: str = "disabled"
    ) -> None:
        self._server, self._folder, self.hz = server, folder, hz
        folder.mkdir()
        write_stream(folder, hz)
        self._port = free_port(udp=True)
        self._numbers, self._tel_uri = numbers, tel_uri
        self._admin = Program(server.url, "admin", "Demo-admin!")
        self._added: list[str] = []

    def __enter__(self) -> Self:
        body = {"name": "SIPp", "kind": "peer", "host": _HOST, "port": self._port}
        trunk = self._add("trunks", {**body, "tel_uri": self._tel_uri})
        ways = [{"trunk": trunk, "strip": 1}]
        out = {"name": "SIPp", "patterns": "_8X.", "ways": ways, "permission": "internal"}
        self._add("outbound-routes", out)
        for number in self._numbers:
            inward = {"name": f"SIPp to {number}", "trunks": [trunk], "dids": f"77{number}"}
            to = {"destination": {"kind": "extension", "value": number}}
            self._add("inbound-routes", inward | to)
        settled(self._server, self._admin)
        return self

    def __exit__(self, *_: object) -> None:
        for path in reversed(self._added):
            self._admin.delete(path)

    def _add(self, what: str, body: dict[str, object]) -> str:
        answer = self._admin.post(f"/v1/{what}", body)
        assert answer.status == 201, answer.body
        made = str(answer.json()["id"])
        self._added.append(f"/v1/{what}/{made}")
        return made

    @contextmanager
    def says_its_tone(self) -> Iterator[None]:
        """It answers a call and says its tone; the phone has hung up at the end."""
        with self._run("tone_uas"):
            yield

    @contextmanager
    def echoes(self) -> Iterator[None]:
        """It answers a call and sends back what it hears; it bears no re-INVITE, as on a hold."""
        with self._run("echo_uas", "-rtp_echo"):
            yield

    @contextmanager
    def calls(self, number: str) -> Iterator[None]:
        """It calls an extension and says its tone; the phone has hung up at the end."""
        to = ("-s", f"77{number}", "-key", "caller", "5559876")
        with self._run("tone_uac", *to, f"127.0.0.1:{self._server.sip_port}"):
            yield

    @contextmanager
    def _run(self, scenario: str, *arguments: str) -> Iterator[None]:
        command = (
            *(*DYING_WITH_US, "sipp", "-sf", str(_SCENARIOS / f"{scenario}.xml"), "-nostdin"),
            *("-i", _HOST, "-mi", _HOST, "-p", str(self._port), "-m", "1", "-timeout", "90"),
            *("-mp", str(free_port(udp=True, following=3)), *arguments),
        )
        process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
