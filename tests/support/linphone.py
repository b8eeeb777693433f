"""linphonec as a phone: a program of its own that registers, watches and shows what it hears."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tests.support.baresip import DYING_WITH_US
from tests.support.server import Server, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path

LINPHONEC = shutil.which("linphonec") or "linphonec"
CONFIGURATION = """[sip]
sip_port={udp}
sip_tcp_port={tcp}
sip_tls_port={tls}
default_proxy=0
register_only_when_network_is_up=0
use_ipv6=0
bind_address=127.0.0.1
root_ca={authority}
verify_server_cn=0
[video]
enabled=0
[auth_info_0]
username={number}
passwd=Sip-{number}!
realm=*
domain=127.0.0.1
[proxy_0]
reg_proxy=<sip:{server};transport={transport}>
reg_identity=sip:{number}@{server}
reg_expires=300
reg_sendregister=1
publish=1
[friend_0]
url="Watched" <sip:{watches}@{server}>
pol=accept
subscribe=1
"""


class Linphone:
    """A linphonec of its own folder, registered as one extension."""

    def __init__(
        self, folder: Path, server: Server, number: str, transport: str, *, watches: str
    ) -> None:
        folder.mkdir()
        (folder / ".local" / "share" / "linphone").mkdir(parents=True)  # it makes none itself
        self._folder = folder
        port = server.sips_port if transport == "tls" else server.sip_port
        self.domain = f"127.0.0.1:{port}"
        ports = dict.fromkeys(("udp", "tcp", "tls"), 0) | {transport: free_port(udp=True)}
        (folder / "rc").write_text(
            CONFIGURATION.format(
                **ports,
                authority=server.data / "keys" / "certificate.pem",
                number=number,
                server=self.domain,
                transport=transport,
                watches=watches,
            )
        )

    def __enter__(self) -> Self:
        with (self._folder / "screen").open("wb") as screen:
            self._process = subprocess.Popen(
                [*DYING_WITH_US, LINPHONEC, "-c", "rc", "-d", "5", "-l", "log"],
                cwd=self._folder,
                env=os.environ | {"HOME": str(self._folder)},
                stdin=subprocess.PIPE,
                stdout=screen,
                stderr=screen,
            )
        return self

    def __exit__(self, *_: object) -> None:
        """End it; nothing of it is left, whether it could unregister or not."""
        assert self._process.stdin is not None
        try:
            self.enters("unregister")
            wait_until(lambda: "LinphoneRegistrationCleared" in self.log(), 10, "unregistering")
            self.enters("quit")
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            pass  # it hangs at its end at times
        finally:
            self._process.kill()
            self._process.wait()
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    @property
    def screen(self) -> str:
        """What it shows its user."""
        return (self._folder / "screen").read_text(encoding="utf-8", errors="replace")

    def enters(self, line: str) -> None:
        """Type a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def shows(self, *words: str) -> None:
        """Wait until it has shown all of this."""
        try:
            wait_until(lambda: all(each in self.screen for each in words), 20, f"{words!r}")
        except TimeoutError as late:
            raise TimeoutError(f"{late}:\n{self.screen}\n{self.log()[-20_000:]}") from None

    def log(self) -> str:
        """What it has sent and received, among other things."""
        file = self._folder / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
