"""Trunks: listVoIPTrunk, getSIPTrunk, addSIPTrunk, updateSIPTrunk, deleteSIPTrunk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.route_values import text, yes
from engage.api.status import missing, unknown
from engage.api.stored import checked, kept_in, named_as_sent, options_of
from engage.api.trunk_fields import ENCRYPTION, TRUNK, USUAL_CODECS
from engage.api.trunk_values import KIND, status_of
from engage.people import codecs
from engage.telephony.trunk_forms import NewTrunk, TrunkForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.model import Secrets
    from engage.api.numbers import Numbers
    from engage.api.secret_readings import SecretReadings
    from engage.telephony.trunk_model import TrunkEntry
    from engage.telephony.trunks import Trunks

PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:]+):(?P<port>[0-9]{1,5})")
"""A host with its port, as programs write it in one."""
ASSERTED = "pai_written"


class TrunkActions:
    """The providers and peers there are, by the numbers that routes name them by."""

    def __init__(
        self, trunks: Trunks, numbers: Numbers, keyring: Secrets, readings: SecretReadings
    ) -> None:
        self._trunks, self._numbers, self._keyring = trunks, numbers, keyring
        self._readings = readings

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listvoiptrunk": self.list_trunks,
            "getsiptrunk": self.get,
            "addsiptrunk": self.add,
            "updatesiptrunk": self.update,
            "deletesiptrunk": self.delete,
            "listanalogtrunk": self.none_of("analogtrunk"),
            "listdigitaltrunk": self.none_of("digital_trunks"),
        }

    async def list_trunks(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every VoIP trunk; the one that is named, where a program asks for one this way."""
        if text(asked, "trunk"):
            return await self.get(caller, asked)
        entries = self._trunks.listed(caller.actor)
        numbers = await self._numbers.of(KIND, [each.id for each in entries])
        rows = [
            {
                "trunk_index": numbers[each.id],
                "trunk_name": each.form.name,
                "trunk_type": each.form.kind,
                "host": _host(each.form),
                "username": each.form.username or None,
                "technology": "SIP",
                "ldap_sync_enable": each.options.get("ldap_sync_enable", "no"),
                "out_of_service": yes(each.form.disabled),
            }
            for each in entries
        ]
        return listed("voip_trunk", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One trunk with all of its fields, its password in clear as devices answer it."""
        entry = self._existing(caller, asked)
        number = (await self._numbers.of(KIND, [entry.id]))[entry.id]
        standing = (await self._trunks.standings()).get(entry.id)
        if entry.sealed_password:
            await self._readings.note(caller, f"trunk:{entry.id}")
        values = {
            **kept_in(TRUNK, entry.options, self._keyring),
            **_fields(entry.form),
            **_asserted(entry),
            "trunk_index": number,
            "secret": self._keyring.open(sealed) if (sealed := entry.sealed_password) else None,
            "status": status_of(entry, "" if standing is None else standing.state),
        }
        return {"trunk": TRUNK.answered(values)}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a trunk; it registers at once, if it is to."""
        for name in ("trunk_name", "host", "trunk_type"):
            required(asked, name)
        given = TRUNK.given(asked)
        registers = given["trunk_type"] == "register"
        if registers:
            for name in ("username", "secret"):
                required(asked, name)
        ours = {"need_registration": registers, **_ours(given, "asserted")}
        with named_as_sent(TRUNK):
            new = checked(NewTrunk, ours)
            options = self._options(given)
            entry = await self._trunks.add(caller.actor, new, options)
        await self._numbers.of(KIND, [entry.id])
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names; what kind of trunk it is stays."""
        entry = self._existing(caller, asked)
        given = TRUNK.given(asked)
        given.pop("trunk_type", None)
        ours, options = _ours(given, entry.form.identity_header), self._options(given)
        with named_as_sent(TRUNK):
            form = checked(TrunkForm, {**entry.form.model_dump(), **ours})
            fields = {name: getattr(form, name) for name in ours}
            await self._trunks.update(caller.actor, entry.id, fields, None, options)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a trunk."""
        await self._trunks.delete(caller.actor, self._existing(caller, asked).id)
        return NEED_APPLY

    def none_of(self, key: str) -> Handler:
        """Lists the trunks of a kind that a server without line cards has none of."""

        async def empty(_: Caller, asked: Parameters) -> Mapping[str, Any]:
            return listed(key, [], asked)

        return empty

    def _options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What our form has no room for; the name before an asserted number is among it."""
        options = options_of(TRUNK, given, self._keyring)
        return options | ({ASSERTED: given["pai_number"]} if "pai_number" in given else {})

    def _existing(self, caller: Caller, asked: Parameters) -> TrunkEntry:
        given = text(asked, "trunk") or text(asked, "trunk_index")
        if not given:
            raise missing("trunk")
        digits = given.isascii() and given.isdigit() and len(given) < 10
        found = self._numbers.named(KIND, int(given)) if digits else None
        for each in self._trunks.listed(caller.actor):
            if each.id == found:
                return each
        raise unknown("trunk", given)


def _fields(form: TrunkForm) -> dict[str, Any]:
    """What our form says, under the protocol's names."""
    words = {ours: theirs for theirs, ours in ENCRYPTION.items()}
    found: dict[str, Any] = {}
    for field in TRUNK:
        value = getattr(form, field.home) if field.home not in ("", "password") else None
        if isinstance(value, bool):
            found[field.name] = yes(value)
        elif value not in (None, ""):
            found[field.name] = value
    registers = form.kind == "register" and form.need_registration
    return found | {
        "host": _host(form),
        "encryption": words[form.media_encryption],
        "allow": codecs.written(form.codecs, USUAL_CODECS),
        "dtmfmode": None if form.dtmf_mode == "default" else form.dtmf_mode,
        "send_ppi": yes(form.identity_header == "preferred"),
        "need_register": yes(registers),
        "transport": "udp" if form.transport == "auto" else form.transport,
    }


def _ours(given: Mapping[str, Any], identity_header: str) -> dict[str, Any]:
    """What a request says, under the names of our form; `identity_header` is the one sent now."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        field = TRUNK.named(name)
        if field is None or not field.home:
            continue
        is_switch = TrunkForm.model_fields[field.home].annotation is bool
        found[field.home] = value == "yes" if is_switch else "" if value is None else value
    if "allow" in given:
        found["codecs"] = codecs.read(given["allow"], USUAL_CODECS)
    if "dtmfmode" in given:
        found["dtmf_mode"] = given["dtmfmode"] or "default"
    if "encryption" in given:
        found["media_encryption"] = ENCRYPTION[given["encryption"]]
    if "send_ppi" in given:
        kept = "asserted" if identity_header == "preferred" else identity_header
        found["identity_header"] = "preferred" if given["send_ppi"] == "yes" else kept
    if "host" in given and (match := PORT.fullmatch(given["host"])) is not None:
        found |= {"host": match["host"].strip("[]"), "port": int(match["port"])}
    elif "host" in given:
        found["port"] = None
    if "pai_number" in given:
        found["asserted_number"] = _number(given["pai_number"] or "")
    return found


def _asserted(entry: TrunkEntry) -> dict[str, Any]:
    """`pai_number` as it was sent, for as long as nobody sets another number."""
    sent: str | None = entry.options.get(ASSERTED)
    same = sent and _number(sent) == entry.form.asserted_number
    return {"pai_number": sent} if same else {}


def _number(written: str) -> str:
    """The number in `name<number>`, `<number>` or `number`."""
    _, bracket, rest = written.partition("<")
    return rest.rstrip("> ").strip() if bracket else written.strip()


def _host(form: TrunkForm) -> str:
    host = f"[{form.host}]" if ":" in form.host and form.port else form.host
    return f"{host}:{form.port}" if form.port else form.host
