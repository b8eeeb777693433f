"""Linphone as a phone: its console, with the trace that it writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from tests.support.server import Server, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path

LINPHONE = shutil.which("linphonec") or "linphonec"


class Linphone:
    """A linphonec with a home of its own, registered as one extension, with one friend."""

    def __init__(self, folder: Path, server: Server, number: str, friend: str) -> None:
        self._folder = folder
        (folder / ".local" / "share" / "linphone").mkdir(parents=True)  # where its database goes
        here = f"127.0.0.1:{server.sip_port}"
        port = free_port(udp=True)
        (folder / "config").write_text(
            f"[sip]\ndefault_proxy=0\nsip_port={port}\nsip_tcp_port={port}\n"
            "publish_presence=1\nsubscribe_expires=600\n"
            f"[proxy_0]\nreg_proxy=<sip:{here};transport=udp>\nreg_identity=sip:{number}@{here}\n"
            "reg_expires=300\nreg_sendregister=1\npublish=1\nrealm=engage\n"
            f"[auth_info_0]\nusername={number}\npasswd=Sip-{number}!\nrealm=engage\n"
            f'[friend_0]\nurl="Friend" <sip:{friend}@{here}>\npol=accept\nsubscribe=1\n'
        )
        self.printed = ""

    @property
    def trace(self) -> str:
        """The SIP messages it sent and got, among its own remarks."""
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [LINPHONE, "-c", str(self._folder / "config"), "-d", "6", "-l", self._folder / "log"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"HOME": str(self._folder), "XDG_DATA_HOME": "", "DISPLAY": ""},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(b"quit\n")
            self._process.stdin.flush()
            self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdin.close()
        self._reader.join(10)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := self._process.stdout.read1(4096):  # type: ignore[attr-defined]
            self.printed += data.decode(errors="replace")

    def shows(self, text: str) -> None:
        """Wait until it has printed this."""
        try:
            wait_until(lambda: text in self.printed, 20, f"{text!r} on the phone")
        except TimeoutError as late:
            raise TimeoutError(f"{late}:\n{self.printed}\n{self.trace[-8000:]}") from None
