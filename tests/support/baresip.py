"""baresip as a phone: a program of its own that registers and shows what it is sent."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from tests.support.server import Server, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path

BARESIP = shutil.which("baresip") or "baresip"
MODULES = "/usr/lib/baresip/modules"

_WELL_AFTER_MWI = ("g722", "sndfile")
"""mwi.so of 1.0 subscribes without end, and hears nothing any more, if a registration is answered
within a millisecond of its loading. These, with all their libraries, take some to load."""

DYING_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Goes before a phone's command: it would outlive a test that was killed, and subscribe for ever
at a server that is gone."""


class Baresip:
    """A baresip of its own folder, registered as one extension.

    `account` goes on where the account's line ends, `contacts` are its lines of an address book,
    `config` are lines of its configuration, `modules` are loaded beside the usual ones. At a
    place of a line, `user` is the extension whose line it is. It ends after `lasts_s`.
    """

    def __init__(
        self,
        folder: Path,
        server: Server,
        number: str,
        transport: str,
        *,
        account: str = "",
        user: str = "",
        contacts: str = "",
        modules: tuple[str, ...] = (),
        config: str = "",
        lasts_s: int = 60,
    ) -> None:
        self._folder, self._lasts_s = folder, lasts_s
        folder.mkdir()
        port = server.sips_port if transport == "tls" else server.sip_port
        if transport != "udp" and "outbound=" not in account:  # it would subscribe over UDP
            account += f';outbound="sip:127.0.0.1:{port};transport={transport}"'
        line = (
            f"<sip:{number}@127.0.0.1:{port};transport={transport}>"
            f";auth_user={user or number};auth_pass=Sip-{user or number}!;regint=300{account}\n"
        )
        if "mwi" in modules:
            modules = ("mwi", *_WELL_AFTER_MWI, *(each for each in modules if each != "mwi"))
        (folder / "accounts").write_text(line)
        (folder / "contacts").write_text(contacts)
        (folder / "config").write_text(
            f"sip_cafile {server.data / 'keys' / 'certificate.pem'}\n"
            f"module_path {MODULES}\n"
            f"sip_listen 127.0.0.1:{free_port(udp=True, following=1)}\n"  # and TLS on the next
            f"{config}"
            "module stdio.so\n"
            "module account.so\n"
            "module_app contact.so\n"
            "module_app menu.so\n" + "".join(f"module_app {each}.so\n" for each in modules)
        )
        self.printed = ""

    def __enter__(self) -> Self:
        self._screen, keys = pty.openpty()  # its user interface wants a terminal
        self._process = subprocess.Popen(
            [
                *DYING_WITH_US,
                BARESIP,
                "-4",
                "-s",
                "-f",
                str(self._folder),
                "-t",
                str(self._lasts_s),
            ],
            stdin=keys,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.close(keys)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it; nothing of it is left, whether it could unregister or not."""
        self._process.terminate()  # it unregisters, then waits for its transactions' timers
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._screen)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self) -> None:
        """Let it die without a word."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := self._process.stdout.read1(4096):  # type: ignore[attr-defined]
            self.printed += data.decode(errors="replace")

    def enters(self, line: str) -> None:
        """Type a command."""
        os.write(self._screen, f"{line}\n".encode())

    def shows(self, text: str) -> None:
        """Wait until it has printed this."""
        try:
            wait_until(lambda: text in self.printed, 15, f"{text!r} on the phone")
        except TimeoutError as late:
            raise TimeoutError(f"{late}:\n{self.printed}") from None
