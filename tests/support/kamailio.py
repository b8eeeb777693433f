"""Kamailio as somebody else's SIP server: a registrar with digest, and a proxy."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.server import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONFIGURATION = """#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
alias="provider.test"
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "auth.so"
modparam("registrar", "min_expires", {shortest_s})
modparam("registrar", "default_expires", 3600)
modparam("auth", "algorithm", "{algorithm}")
modparam("xlog", "force_color", 0)
request_route {{
  if (uri != myself) {{
    xlog("L_ALERT", "passed on: $rm to $rd:$rp\\n");
    loose_route();
    t_relay();
    exit;
  }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("provider", "secret", "0")) {{
      www_challenge("provider", "{qop}");
      exit;
    }}
    xlog("L_ALERT", "signed in: $au as $tU from $proto, route: $hdr(Route)\\n");
    if (!save("location")) sl_reply_error();
    exit;
  }}
  if (is_method("OPTIONS") && $rU == $null) {{ sl_send_reply("200", "OK"); exit; }}
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  t_relay();
}}
"""


EDGE = """#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "path.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
modparam("xlog", "force_color", 0)
modparam("path", "use_received", 0)
request_route {{
  if (is_method("OPTIONS") && $rp == {port}) {{ sl_send_reply("200", "OK"); exit; }}
  xlog("L_ALERT", "passed on: $rm from $fU to $tU\\n");
  if ($si == "127.0.0.1" && $sp == {behind}) {{
    loose_route();
    t_relay();
    exit;
  }}
  loose_route();
  if (is_method("REGISTER")) add_path();
  if (is_method("SUBSCRIBE")) record_route();
  $du = "sip:127.0.0.1:{behind};transport=udp";
  t_relay();
}}
"""
"""A proxy at the edge, in Path and Record-Route: it passes all on to whoever is behind it."""


class Kamailio:
    """One process; `log` is what it printed."""

    def __init__(self, port: int, process: asyncio.subprocess.Process, log: Path) -> None:
        self.port = port
        self._process = process
        self._log = log

    @property
    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    async def kill(self) -> None:
        """End it: its ports are closed at once."""
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def kamailio(
    *, shortest_s: int = 10, algorithm: str = "MD5", qop: bool = True
) -> AsyncIterator[Kamailio]:
    """A server on a free port of loopback, that listens when this returns.

    It knows everybody whose password is `secret`.
    """
    fields = {"shortest_s": shortest_s, "algorithm": algorithm, "qop": int(qop)}
    async with _running(CONFIGURATION, fields) as running:
        yield running


@asynccontextmanager
async def edge(behind: int) -> AsyncIterator[Kamailio]:
    """A proxy at the edge of the server on that port of loopback."""
    async with _running(EDGE, {"behind": behind}) as running:
        yield running


@asynccontextmanager
async def _running(text: str, fields: dict[str, object]) -> AsyncIterator[Kamailio]:
    program = shutil.which("kamailio") or "/usr/sbin/kamailio"
    port = free_port(udp=True)
    with tempfile.TemporaryDirectory(prefix="engage-kamailio-") as folder:
        configuration, log = Path(folder) / "kamailio.cfg", Path(folder) / "log"
        configuration.write_text(text.format(port=port, **fields))
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                program, "-f", str(configuration), "-DD", "-E", "-m", "32", "-M", "4",
                "-Y", folder, stdout=output, stderr=output,
            )  # fmt: skip
        running = Kamailio(port, process, log)
        try:
            async with asyncio.timeout(20):
                await _listening(running, process)
            yield running
        finally:
            await running.kill()


async def _listening(running: Kamailio, process: asyncio.subprocess.Process) -> None:
    while True:
        assert process.returncode is None, running.log
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        except OSError:
            await asyncio.sleep(0.05)  # the process tells in no other way
        else:
            writer.close()
            return
