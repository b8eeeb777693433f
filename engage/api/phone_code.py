"""getSIPAccountQR: what a softphone scans to register as an extension."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

import segno

from engage.api.actions import required
from engage.api.status import unknown
from engage.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.model import Secrets
    from engage.api.secret_readings import SecretReadings
    from engage.people.service import People

SCALE = 4
DIALPLAN = r"{x+|\+x+|*x+|*xx*x+}"
"""What GS Wave may dial: digits, with a plus or stars before them."""


class PhoneCode:
    """Makes the codes.

    Args:
        people: whose extensions they are.
        keyring: opens their passwords.
        readings: notes that one was read.
        server: where phones register: a host and its port.
        mailbox: what is dialled to hear one's own mailbox.
    """

    def __init__(
        self,
        people: People,
        keyring: Secrets,
        readings: SecretReadings,
        server: Callable[[], str],
        mailbox: Callable[[], str],
    ) -> None:
        self._people, self._keyring = people, keyring
        self._readings, self._server, self._mailbox = readings, server, mailbox

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {"getsipaccountqr": self.code}

    async def code(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """A PNG in base64."""
        number = required(asked, "extension")
        try:
            entry = self._people.extensions.get(caller.actor, number)
        except NotFound:
            raise unknown("extension", number) from None
        await self._readings.note(caller, f"extension:{number}")
        text = account_xml(
            number,
            self._people.name_of(number) or number,
            str(entry.options.get("authid") or number),
            self._keyring.open(entry.sealed_secret),
            self._server(),
            self._mailbox(),
        )
        picture = io.BytesIO()
        segno.make(text, error="m", micro=False).save(picture, kind="png", scale=SCALE)
        return {"qr_base": base64.b64encode(picture.getvalue()).decode()}


def account_xml(number: str, name: str, user: str, password: str, server: str, mailbox: str) -> str:
    """An account as GS Wave reads it from a QR code, and others that read the same.

    It is ASCII alone: readers of codes disagree about how other characters are encoded.
    """
    root = Element("AccountConfig", version="1")
    account = SubElement(root, "Account")
    fields = {
        "RegisterServer": server,
        "OutboundServer": "",
        "UserID": number,
        "AuthID": user,
        "AuthPass": password,
        "AccountName": number,
        "DisplayName": name,
        "Dialplan": DIALPLAN,
        "RandomPort": "0",
        "SecOutboundServer": "",
        "Voicemail": mailbox,
    }
    for tag, text in fields.items():
        SubElement(account, tag).text = text
    written: bytes = tostring(
        root, encoding="us-ascii", xml_declaration=False, short_empty_elements=False
    )
    return '<?xml version="1.0" encoding="utf-8"?>' + written.decode()
