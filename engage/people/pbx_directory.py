"""What the PBX is told of people: extensions, with their secrets in clear, and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.people.call_handling import features_of, handling_of, music_of
from engage.people.codecs import in_rtpmap
from engage.people.shared_lines import shared_line_of
from pbxcore.directory import Extension, ExtensionGroup
from pbxcore.voicemail.rules import Box

if TYPE_CHECKING:
    from engage.people.ledger import Ledger
    from engage.people.model import Secrets


class PbxDirectory:
    """Extensions and groups as the PBX takes them; secrets once opened are remembered."""

    def __init__(self, ledger: Ledger, keyring: Secrets) -> None:
        self._ledger, self._keyring = ledger, keyring
        self._opened: dict[str, str] = {}

    def groups(self) -> tuple[ExtensionGroup, ...]:
        """The PBX's view of all extension groups."""
        groups = sorted(self._ledger.book.groups.values(), key=lambda each: each.id)
        return tuple(ExtensionGroup(each.name, each.members) for each in groups)

    def directory(self) -> tuple[list[Extension], int]:
        """The PBX's view of all extensions, secrets in clear, and its version."""
        book = self._ledger.book
        entries = [book.extensions[number] for number in sorted(book.extensions)]
        sealed_ones = [each.sealed_secret for each in entries]
        sealed_ones += [pin for each in entries if (pin := each.mailbox_rules.sealed_pin)]
        sealed_ones += [pin for each in entries if (pin := each.call_rules.sealed_own_pin)]
        opened = {each: self._opened.get(each) for each in sealed_ones}
        self._opened = {
            sealed: self._keyring.open(sealed) if clear is None else clear
            for sealed, clear in opened.items()
        }
        found = [
            Extension(
                each.number,
                each.name,
                self._opened[each.sealed_secret],
                each.max_contacts,
                each.enabled,
                auth_id=rules.auth_id,
                networks=rules.allowed_networks,
                qualify_s=rules.qualify_s,
                digest_algorithms=rules.digest_algorithms,
                ring_s=calls.ring_s,
                longest_s=calls.longest_s,
                skips_pin=calls.skips_pin,
                own_pin=self._opened.get(calls.sealed_own_pin, ""),
                srtp=calls.srtp,
                codecs=in_rtpmap(calls.codecs),
                dtmf=calls.dtmf,
                t38=calls.t38,
                tel_uri=calls.tel_uri,
                prack=calls.prack,
                call_waiting=calls.call_waiting,
                box=Box(box.enabled, self._opened.get(box.sealed_pin, ""), box.asks_own),
                fax_detection=each.options.get("faxdetect") == "yes",
                recorded=calls.auto_record,
                supervisors=calls.supervisors,
                most_calls=calls.most_calls,
                permission=each.permission,
                caller_id=str(each.options.get("cidnumber") or ""),
                emergency_cid=str(each.options.get("emergcidnumber") or ""),
                language=book.accounts[each.account_id].language,
                music=music_of(each.options),
                features=features_of(each.options),
                handling=handling_of(each.options),
                shared=shared_line_of(each.options),
            )
            for each in entries
            for rules, calls, box in ((each.phone_rules, each.call_rules, each.mailbox_rules),)
        ]
        return found, book.directory_version
