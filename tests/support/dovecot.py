"""A real IMAP server: Dovecot with one mailbox, as an ordinary user, in a folder of its own."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support.authority import Authority
from tests.support.server import free_port, wait_until

if TYPE_CHECKING:
    from email.message import EmailMessage

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
USER, PASSWORD = "support", "pass word"

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """A context manager; mails are put into its mailbox by IMAP. `more`: lines of its settings."""

    def __init__(self, *more: str, tls: bool = False) -> None:
        self._more, self.tls_port = more, free_port() if tls else 0

    def __enter__(self) -> Self:
        import grp

        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        root = os.getuid() == 0
        owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        settings = {
            "folder": self._folder,
            "user": owner.pw_name,
            "group": grp.getgrgid(owner.pw_gid).gr_name,
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "password": PASSWORD.replace(" ", "_"),
            "port": self.port,
        }
        config = self._folder / "dovecot.conf"
        config.write_text("\n".join((_CONFIG.format(**settings), *self._more, *self._tls(), "")))
        for each in ("run", "state", "home", "mail"):
            (self._folder / each).mkdir()
        if root:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        as_owner = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "TERM", *(as_owner if root else ())),
                *(DOVECOT, "-F", "-c", str(config)),
            ],
            stdin=subprocess.DEVNULL,
        )
        wait_until(self._answers, 15, "the IMAP server answers")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tls(self) -> list[str]:
        if not self.tls_port:
            return []
        pair = Authority(self._folder).issue("127.0.0.1").key
        listener = f"inet_listener imaps {{\n port = {self.tls_port}\n ssl = yes\n }}"
        return [
            *("ssl = yes", f"ssl_cert = <{pair}", f"ssl_key = <{pair}"),
            f"service imap-login {{\n {listener}\n}}",
        ]

    @property
    def password(self) -> str:
        """Of the mailbox."""
        return PASSWORD.replace(" ", "_")

    def deliver(self, message: EmailMessage | bytes) -> None:
        """Put a mail into the mailbox."""
        data = message if isinstance(message, bytes) else message.as_bytes()
        with imaplib.IMAP4("127.0.0.1", self.port) as imap:
            imap.login(USER, self.password)
            answer, _ = imap.append("INBOX", "", imaplib.Time2Internaldate(time.time()), data)
            assert answer == "OK"

    def seen(self) -> list[bool]:
        """Of each mail whether it is marked as read."""
        with imaplib.IMAP4("127.0.0.1", self.port) as imap:
            imap.login(USER, self.password)
            imap.select("INBOX", readonly=True)
            _, [all_] = imap.search(None, "ALL")
            _, [read] = imap.search(None, "SEEN")
        return [each in read.split() for each in all_.split()]

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError((self._folder / "log").read_text())
        try:
            with imaplib.IMAP4("127.0.0.1", self.port, timeout=2):
                return True
        except (OSError, imaplib.IMAP4.error):
            return False
