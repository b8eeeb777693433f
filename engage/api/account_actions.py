"""Extensions: listAccount, getSIPAccount, addSIPAccountAndUser, updateSIPAccount, deleteUser."""

from __future__ import annotations

import logging
import secrets as randomness
from typing import TYPE_CHECKING, Any, Protocol

from engage.api.account_fields import ACCOUNT, CTI_PRIVILEGES, USUAL_CODECS, VOICEMAIL
from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.presence import RECORD, RECORDS, Record, complete, merged, targets
from engage.api.standing import busy, status_of
from engage.api.status import bad_value, unknown
from engage.api.stored import checked, kept_in, named_as_sent, options_of
from engage.errors import N_, NotFound, Unavailable
from engage.i18n import closest
from engage.people import codecs
from engage.people.extension_forms import ExtensionChange, NewExtension
from engage.people.model import DEFAULT_WAVE_PRIVILEGE
from engage.system.editing import Edited
from pbxcore.commands import Bindings, ListBindings
from pbxcore.directory import Mailbox
from pbxcore.voicemail.commands import ListMailboxes, MailboxesHeld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.model import Secrets
    from engage.api.numbers import Numbers
    from engage.api.secret_readings import SecretReadings
    from engage.calls.model import OpenCall
    from engage.people.model import ExtensionEntry
    from engage.people.service import People
    from pbxcore.commands import Reply, Request

log = logging.getLogger(__name__)

LANGUAGES = {"ch": "zh-Hans", "cn": "zh-Hans", "zh": "zh-Hans", "tw": "zh-Hant", "default": ""}
"""What the protocol calls languages, where it is not the tag itself."""
PIN_DIGITS = 6
TRIES = 5
SECRETS = frozenset({"secret", "vmsecret", "user_outrt_passwd"})
BINDINGS_WITHIN_S = 3.0
WAVE_PRIVILEGE = "wave_privilege"
NO_PRIVILEGE = N_("There is no such Wave privilege.")
TARGET_KINDS = {"1": "extension", "3": "extension", "5": "queue"}


class Pbx(Protocol):
    """Tells which phones are registered."""

    async def request(self, command: Request, timeout_s: float = ...) -> Reply:
        """Ask the PBX."""
        ...


class AccountActions:
    """SIP accounts, each with its user."""

    def __init__(
        self,
        people: People,
        pbx: Pbx,
        keyring: Secrets,
        numbers: Numbers,
        readings: SecretReadings,
        up: Callable[[], list[OpenCall]],
    ) -> None:
        """Wire it; `up`: the calls there are now."""
        self._up = up
        self._people, self._pbx, self._keyring = people, pbx, keyring
        self._numbers, self._readings = numbers, readings

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listaccount": self.list_accounts,
            "getsipaccount": self.get,
            "addsipaccountanduser": self.add,
            "updatesipaccount": self.update,
            "deleteuser": self.delete,
        }

    async def list_accounts(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every extension, and whether a phone is registered as it."""
        entries = self._people.extensions.listed(caller.actor)
        sources = await self._sources()
        waiting = await self._waiting()
        doing = busy(self._up())
        rows = []
        for entry in entries:
            addresses = sources.get(entry.number, [])
            status = status_of(entry.number, doing, registered=bool(addresses))
            mailbox = waiting.get(entry.number, Mailbox())
            rows.append(self._row(entry, status, addresses, mailbox))
        return listed("account", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One extension: all of its fields, or those that the request names."""
        entry = self._existing(caller, required(asked, "extension", "user_name"))
        fields = await self._fields(entry)
        wanted = ACCOUNT.asked(asked) - {"extension"}
        whole = not wanted and not any(name in asked for name in RECORDS)
        if whole or SECRETS & wanted:
            await self._readings.note(caller, f"extension:{entry.number}")
        voicemail = {name: fields.pop(name) for name in VOICEMAIL}
        records = complete(entry.options.get(RECORD, ()))
        if whole:
            return {
                "extension": fields,
                RECORD: records,
                "voicemail": voicemail,
                "cti_feature_privilege": CTI_PRIVILEGES,
            }
        answer: dict[str, Any] = {
            "extension": {
                name: value
                for name, value in fields.items()
                if name in wanted or name == "extension"
            }
        }
        if any(name in asked for name in RECORDS):
            answer[RECORD] = records
        if found := {name: voicemail[name] for name in VOICEMAIL if name in wanted}:
            answer["voicemail"] = found
        return answer

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add an extension with its user; a phone can register as it at once."""
        required(asked, "extension")
        given = ACCOUNT.given(asked)
        number = given.pop("extension")
        if (taken := self._people.number_book.taken(number)) is not None:
            raise taken
        options = self._options(given)
        if given.get("vmsecret") is None:
            pin = f"{randomness.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
            options["vmsecret"] = self._keyring.seal(pin)
        present = given.get("presence_status", "available")
        if (records := merged((), asked, present)) is not None:
            options[RECORD] = records
        ours = await self._ours(caller, given)
        with named_as_sent(ACCOUNT):
            new = checked(NewExtension, {"number": number, **ours, "options": options})
            await self._people.extensions.add(caller.actor, new)
        self._warn_of_targets(caller, number, records or ())
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names; the answer holds it as it is now."""
        number = required(asked, "extension", "user_name")
        entry = self._existing(caller, number)
        given = ACCOUNT.given({**asked, "extension": entry.number})
        given.pop("extension", None)
        entry, records = await self._updated(caller, entry, asked, given)
        self._warn_of_targets(caller, number, records or ())
        fields = await self._fields(entry)
        answered = {name: fields[name] for name in ("extension", *given) if name in fields}
        answer = {"extension": answered, **NEED_APPLY}
        return answer if records is None else {**answer, RECORD: complete(records)}

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove an extension and its user: its phones are let in no more."""
        number = required(asked, "user_name", "extension")
        self._existing(caller, number)
        await self._people.extensions.delete(caller.actor, [number])
        return NEED_APPLY

    def _existing(self, caller: Caller, number: str) -> ExtensionEntry:
        try:
            return self._people.extensions.get(caller.actor, number)
        except NotFound:
            raise unknown("extension", number) from None

    async def _updated(
        self, caller: Caller, entry: ExtensionEntry, asked: Parameters, given: Mapping[str, Any]
    ) -> tuple[ExtensionEntry, list[Record] | None]:
        """Store a change; the records of forwarding only over those that they were merged with.

        Fields of their own are put over what is there, so that two changes may cross; the records
        are one value, so that the second of two tries again.
        """
        options = self._options(given)
        ours = await self._ours(caller, given)
        for tries_left in reversed(range(TRIES)):
            present = given.get("presence_status") or _presence(entry)
            records = merged(entry.options.get(RECORD, ()), asked, present)
            kept = options if records is None else {**options, RECORD: records}
            version = None if records is None else entry.version
            try:
                with named_as_sent(ACCOUNT):
                    change = checked(ExtensionChange, {**ours, "options": kept, "version": version})
                    number = entry.number
                    entry = await self._people.extensions.update(caller.actor, number, change)
                return entry, records
            except Edited:
                if not tries_left:
                    raise
                await self._people.reload()
                entry = self._existing(caller, entry.number)
        raise AssertionError("the last try returns or raises")

    async def _sources(self) -> dict[str, list[str]]:
        """Where each extension's phones are; without the PBX nobody is reachable."""
        try:
            reply = await self._pbx.request(ListBindings(), BINDINGS_WITHIN_S)
        except Unavailable:
            return {}
        found: dict[str, list[str]] = {}
        for each in reply.bindings if isinstance(reply, Bindings) else ():
            found.setdefault(each.number, []).append(each.source)
        return found

    async def _waiting(self) -> dict[str, Mailbox]:
        """What lies in the mailboxes; without the PBX nothing is told of it."""
        try:
            reply = await self._pbx.request(ListMailboxes(), BINDINGS_WITHIN_S)
        except Unavailable:
            return {}
        return reply.waiting if isinstance(reply, MailboxesHeld) else {}

    def _row(
        self, entry: ExtensionEntry, status: str, sources: list[str], waiting: Mailbox
    ) -> dict[str, Any]:
        kept = entry.options
        return {
            "extension": entry.number,
            "account_type": _account_type(kept),
            "fullname": _full_name(entry),
            "out_of_service": "no" if entry.enabled else "yes",
            "status": status,
            "addr": ",".join(sources) or "-",
            "urgemsg": waiting.urgent_new,
            "newmsg": waiting.new,
            "oldmsg": waiting.old,
            "presence_status": _presence(entry),
            "presence_def_script": None,
            "user_name": entry.number,
            "email_to_user": "no",
            "department_name": entry.department or None,
        }

    async def _fields(self, entry: ExtensionEntry) -> dict[str, Any]:
        """Every field as it is answered."""
        kept = kept_in(ACCOUNT, entry.options, self._keyring)
        values = {
            **kept,
            "extension": entry.number,
            "account_type": _account_type(kept),
            "fullname": _full_name(entry),
            "secret": self._keyring.open(entry.sealed_secret),
            "cidnumber": kept.get("cidnumber") or entry.number,
            "permission": entry.permission,
            "max_contacts": entry.max_contacts,
            "out_of_service": "no" if entry.enabled else "yes",
            "wave_privilege_id": await self._privilege_number(entry.wave_privilege_id),
            "language": language_of(entry),
            "allow": codecs.written(codecs.read(kept.get("allow")), USUAL_CODECS),
            "missed_call": entry.options.get("missed_call", "no"),
        }
        return ACCOUNT.answered(values)

    async def _ours(self, caller: Caller, given: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that the directory keeps by itself, by its own names."""
        plain = {
            field.home: given[field.name]
            for field in ACCOUNT
            if field.home in NewExtension.model_fields and field.name in given
        }
        ours = {name: "" if value is None else value for name, value in plain.items()}
        if "language" in given:
            ours["language"] = _tag_of(given["language"])
        if "out_of_service" in given:
            ours["enabled"] = given["out_of_service"] == "no"
        if given.get("fullname") is not None and not {"first_name", "last_name"} & given.keys():
            ours["first_name"], _, ours["last_name"] = given["fullname"].partition(" ")
        if "wave_privilege_id" in given:
            ours["wave_privilege_id"] = await self._privilege_of(caller, given["wave_privilege_id"])
        return ours

    def _options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept among the options.

        The language as it was sent: it is answered so for as long as nobody sets another.
        """
        options = options_of(ACCOUNT, given, self._keyring)
        if "allow" in given and not codecs.read(given["allow"], USUAL_CODECS):
            options["allow"] = None
        return options | ({"language": given["language"]} if "language" in given else {})

    async def _privilege_of(self, caller: Caller, number: str) -> str:
        if number == DEFAULT_WAVE_PRIVILEGE:
            return number
        privileges = self._people.wave_privileges.listed(caller.actor)
        own = (each.id for each in privileges if each.id != DEFAULT_WAVE_PRIVILEGE)
        await self._numbers.of(WAVE_PRIVILEGE, own)
        given = int(number) if number.isascii() and number.isdigit() else 0
        found = self._numbers.named(WAVE_PRIVILEGE, given)
        if found is None:
            raise bad_value("wave_privilege_id", NO_PRIVILEGE)
        return found

    async def _privilege_number(self, privilege_id: str) -> str:
        if privilege_id == DEFAULT_WAVE_PRIVILEGE:
            return privilege_id
        return str((await self._numbers.of(WAVE_PRIVILEGE, [privilege_id]))[privilege_id])

    def _warn_of_targets(
        self, caller: Caller, number: str, records: Sequence[Mapping[str, Any]]
    ) -> None:
        """Targets may be unknown: programs often add what is called before who is called."""
        extensions = {each.number for each in self._people.extensions.listed(caller.actor)}
        queues = {each.number for each in self._people.queues.listed(caller.actor)}
        known = {"extension": extensions, "queue": queues}
        for kind, target in targets(records):
            if target not in known.get(TARGET_KINDS.get(kind, ""), ()):
                log.warning(
                    "forward target unknown",
                    extra={"extension": number, "target": target, "destination_type": kind},
                )


def _account_type(kept: Mapping[str, Any]) -> str:
    return "SIP" if kept.get("enable_webrtc") == "no" else "SIP(WebRTC)"


def _presence(entry: ExtensionEntry) -> str:
    return str(entry.options.get("presence_status", "available"))


def _full_name(entry: ExtensionEntry) -> str | None:
    return f"{entry.first_name} {entry.last_name}".strip() or None


def language_of(entry: ExtensionEntry) -> str | None:
    """The language as it was sent, unless another was set since."""
    sent: str | None = entry.options.get("language")
    return sent if sent is not None and _tag_of(sent) == entry.language else entry.language or None


def _tag_of(language: str | None) -> str:
    """Which of our languages it is; empty where it is none, as for nobody's choice."""
    if not language:
        return ""
    wanted = LANGUAGES.get(language.lower(), language)
    return closest(wanted) or "" if wanted else ""
