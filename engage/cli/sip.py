"""`engage sip`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engage.cli.options import Data, Text, load, option
from engage.cli.output import binary_target, fail
from engage.cli.server import ask_server

sip_commands = typer.Typer(help="SIP: what phones, trunks and the PBX say to each other.")


@sip_commands.command("trace")
def sip_trace(
    call_id: Annotated[str, option("--call-id", "ID", "Of this call only.")] = "",
    address: Annotated[str, option("--address", "ADDRESS", "With this peer only.")] = "",
    pcap: Annotated[
        Text, option("--pcap", "FILE", "Write a capture file for Wireshark; - is standard output.")
    ] = None,
    ladder: Annotated[bool, typer.Option("--ladder", help="Draw who said what to whom.")] = False,
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Show what people write and dial, too.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until interrupted.")] = False,
    data: Data = None,
) -> None:
    """Show the last SIP messages of the running server, without passwords and media keys."""
    from engage.processes.lock import holder
    from engage.processes.sip_trace import SipTrace, parts

    settings = load({"data": data})
    if holder(settings.data) is None:
        fail("no server runs on this data folder")
    form: Any = "pcap" if pcap else "ladder" if ladder else "text"
    command = SipTrace(call_id, address, form, bodies)
    try:
        with binary_target(pcap) as target:
            for part in parts(lambda each: ask_server(settings, each), command, follow=follow):
                target.write(part)
                target.flush()
    except KeyboardInterrupt:
        pass
    except OSError as failed:
        fail(f"{pcap or 'standard output'}: {failed.strerror}")
