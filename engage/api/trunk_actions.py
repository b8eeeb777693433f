"""Trunks: listVoIPTrunk, getSIPTrunk, addSIPTrunk, updateSIPTrunk, deleteSIPTrunk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.route_values import text, yes
from engage.api.status import Refused, Status, missing, unknown
from engage.api.stored import checked, kept_in, named_as_sent, options_of
from engage.api.trunk_fields import ENCRYPTION, TRUNK, USUAL_CODECS
from engage.api.trunk_values import KIND, status_of
from engage.faxes.model import FaxUnavailable
from engage.people import codecs
from engage.telephony.trunk_forms import NewTrunk, TrunkForm
from pbxcore.faxes.library import installed

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

PASSES = {"passthrough_pai": "yes"}
"""What programs that do not speak of it know as usual."""
NUMBERS = {"use_dod_in_ppi": "dod", "use_origcid_in_ppi": "original"}
"""Whose number P-Preferred-Identity names, in our words."""


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
        ours = {"need_registration": registers, **_ours(PASSES | given, None)}
        with named_as_sent(TRUNK):
            new = checked(NewTrunk, ours)
            options = options_of(TRUNK, given, self._keyring)
            entry = await self._trunks.add(caller.actor, new, options)
        await self._numbers.of(KIND, [entry.id])
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names; what kind of trunk it is stays."""
        entry = self._existing(caller, asked)
        given = TRUNK.given(asked)
        given.pop("trunk_type", None)
        ours, options = _ours(given, entry.form), options_of(TRUNK, given, self._keyring)
        with named_as_sent(TRUNK):
            form = checked(TrunkForm, {**entry.form.model_dump(), **ours})
            fields = {name: getattr(form, name) for name in ours}
            if given.get("secret", "") is None:
                fields["password"] = None
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
        "pai_number": _asserted(form),
        "send_ppi": yes(form.identity_header == "preferred"),
        **{name: yes(form.header_number == ours) for name, ours in NUMBERS.items()},
        "need_register": yes(registers),
        "transport": "udp" if form.transport == "auto" else form.transport,
        "uri_sip_or_sips": int(form.uri_scheme == "sips"),
        "fax_intelligent_route": form.fax_to if form.fax_destination else "no",
    }


def _ours(given: Mapping[str, Any], present: TrunkForm | None) -> dict[str, Any]:
    """What a request says, under the names of our form; `present` is how the trunk is now."""
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
    if "host" in given and (match := PORT.fullmatch(given["host"])) is not None:
        found |= {"host": match["host"].strip("[]"), "port": int(match["port"])}
    elif "host" in given:
        found["port"] = None
    return found | _identity(given, present) | _faxes(given)


def _faxes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Whom faxes go to; without a route of their own, to the default address."""
    route = given.get("fax_intelligent_route")
    if route == "email" and not installed():
        raise Refused(Status.NOT_SUPPORTED, FaxUnavailable.text)
    return {"fax_to": "email", "fax_destination": ""} if route == "no" else {}


def _identity(given: Mapping[str, Any], present: TrunkForm | None) -> dict[str, Any]:
    """What a request says of the header beside From."""
    found: dict[str, Any] = {}
    if "send_ppi" in given:
        sent = "asserted" if present is None else present.identity_header
        kept = "asserted" if sent == "preferred" else sent
        found["identity_header"] = "preferred" if given["send_ppi"] == "yes" else kept
    if not NUMBERS.keys().isdisjoint(given):
        found["header_number"] = _header_number(given, present)
    if "pai_number" in given:
        name, number = _name_and_number(given["pai_number"] or "")
        found |= {"asserted_name": name, "asserted_number": number}
    return found


def _header_number(given: Mapping[str, Any], present: TrunkForm | None) -> str:
    """Whose number stands in the header, of which programs ask each by itself."""
    number: str = "shown" if present is None else present.header_number
    for name, ours in NUMBERS.items():
        if given.get(name) == "yes":
            return ours
        if given.get(name) == "no" and number == ours:
            number = "shown"
    return number


def _asserted(form: TrunkForm) -> str | None:
    """Whom P-Asserted-Identity names, in one."""
    name, number = form.asserted_name, form.asserted_number
    return f"{name}<{number}>" if name else number or None


def _name_and_number(written: str) -> tuple[str, str]:
    """What is in `name<number>`, `<number>` or `number`."""
    name, bracket, rest = written.partition("<")
    if not bracket:
        return "", written.strip()
    return name.strip(' "'), rest.rstrip("> ").strip()


def _host(form: TrunkForm) -> str:
    host = f"[{form.host}]" if ":" in form.host and form.port else form.host
    return f"{host}:{form.port}" if form.port else form.host
