"""What the command line may ask a running server: one JSON line in, one JSON line out."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from engage.errors import EngageError, Invalid
from engage.processes import sip_trace, unix
from engage.processes.sip_trace import SipTrace
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from engage.people.service import People
    from engage.telephony.model import PbxPort

log = logging.getLogger(__name__)

LONGEST_LINE = 64 * 1024


class ListUsers(msgspec.Struct, frozen=True, tag="user list"):
    """Ask for all accounts."""


class AddUser(msgspec.Struct, frozen=True, tag="user add"):
    """Add an administrator, or an extension with its user; empty secrets are made up."""

    user: str
    admin: bool
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    password: str = ""


class SetPassword(msgspec.Struct, frozen=True, tag="user password"):
    """Give an account a new password and end its sessions; an empty one is made up."""

    user: str
    password: str = ""


class SecondFactor(msgspec.Struct, frozen=True, tag="user second-factor"):
    """Tell which second factors an account has; `reset` removes them all first."""

    user: str
    reset: bool = False


PeopleCommand = ListUsers | AddUser | SetPassword | SecondFactor
Command = PeopleCommand | SipTrace
_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


async def carry_out(people: People, command: PeopleCommand) -> dict[str, Any]:
    """Do it; what was made up is in the answer, and nowhere else.

    Raises:
        EngageError: it was refused.
    """
    match command:
        case ListUsers():
            return {
                "users": [
                    {
                        "user": each.user_name,
                        "role": each.role,
                        "name": each.display_name,
                        "email": each.email,
                        "enabled": each.enabled,
                    }
                    for each in people.accounts()
                ]
            }
        case AddUser():
            return await _add(people, command)
        case SetPassword(user, password):
            password = password or secrets.token_urlsafe(12)
            await people.password_changes.set(SYSTEM, user, password)
            return {"user": user, "password": password}
        case SecondFactor(user, reset):
            if reset:
                await people.factors.reset(SYSTEM, user)
            found = await people.factors.of_user(SYSTEM, user)
            return {
                "user": user,
                "app": bool(found.sealed_secret),
                "passkeys": [each.name for each in found.passkeys],
                "recovery_codes_left": found.recovery_left,
            }


async def _add(people: People, command: AddUser) -> dict[str, Any]:
    # Not above: who only asks a running server needs no SQL.
    from engage.people.admin_forms import NewAdmin
    from engage.people.extension_forms import NewExtension
    from engage.people.extension_rows import random_secret

    password = command.password or secrets.token_urlsafe(12)
    answer = {"user": command.user, "password": password}
    if command.admin:
        name = f"{command.first_name} {command.last_name}".strip() or "Administrator"
        admin = NewAdmin(
            user_name=command.user,
            password=password,
            display_name=name,
            email=command.email,
            level="super",
        )
        await people.administrators.add(SYSTEM, admin)
        return answer
    sip_secret = random_secret()
    extension = NewExtension(
        number=command.user,
        first_name=command.first_name,
        last_name=command.last_name,
        email=command.email,
        wave_password=password,
        sip_secret=sip_secret,
    )
    await people.extensions.add(SYSTEM, extension)
    return answer | {"sip_secret": sip_secret}


def refusal(error: EngageError) -> str:
    """One English line for the terminal."""
    fields = error.fields if isinstance(error, Invalid) else {}
    text = error.text % error.params
    return " ".join([text, *(f"{name}: {why}" for name, why in fields.items())])


class Control:
    """Serves the command line at `<data>/run/control.sock`; the folder lets only its user in."""

    def __init__(self, path: Path, people: People, pbx: PbxPort) -> None:
        self._path, self._people, self._pbx = path, people, pbx
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(
            self._serve, sock=unix.listen(self._path), limit=LONGEST_LINE
        )

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError) as ended:
            log.warning("control connection ended", extra={"reason": type(ended).__name__})
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = _decoder.decode(line)
            if isinstance(command, SipTrace):
                return {"ok": True} | await sip_trace.carry_out(self._pbx, command)
            return {"ok": True} | await carry_out(self._people, command)
        except EngageError as refused:
            return {"ok": False, "code": refused.code, "message": refusal(refused)}
        except msgspec.DecodeError as malformed:
            return {"ok": False, "code": "malformed", "message": str(malformed)}
        except Exception:
            log.exception("control command failed")
            return {
                "ok": False,
                "code": "error",
                "message": "The server's log tells why it failed.",
            }


def ask(path: Path, command: Command, timeout_s: float = 30.0) -> dict[str, Any]:
    """Ask the running server, from the command line.

    Raises:
        OSError: it does not answer.
    """
    with unix.connect(path, timeout_s) as connected, connected.makefile("rb") as answers:
        connected.sendall(msgspec.json.encode(command) + b"\n")
        line = answers.readline()
    if not line:
        raise ConnectionResetError("the server closed the connection")
    answer: dict[str, Any] = json.loads(line)
    return answer
