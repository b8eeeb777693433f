"""Inbound routes: listInboundRoute, getInboundRoute, addInboundRoute and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.account_fields import EXTENSIONS
from engage.api.actions import NEED_APPLY, required
from engage.api.fields import Field, Fields
from engage.api.kept_fields import ALERT, INBOUND
from engage.api.listing import listed
from engage.api.route_values import (
    DID_SWITCHES,
    destination_fields,
    destination_of,
    lines,
    matches,
    opened,
    switch,
    text,
    whole,
    yes,
)
from engage.api.status import Refused, Status, bad_value, missing, unknown
from engage.api.stored import checked
from engage.api.timed_values import members_of, modes_of, timed_of
from engage.api.values import ANY_OTHER, Line, Whole
from engage.dialplan.inbound_forms import MOST_MODES, InboundRouteForm
from engage.dialplan.inbound_modes import InboundMode
from engage.faxes.model import FaxUnavailable
from pbxcore.dialplan.patterns import patterns_of
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.kept import KeptFields
    from engage.api.numbers import Numbers
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects
    from engage.system.configuration import Configuration

SUFFIX = Line(16, 1, re.compile(r"[0-9*#]+"), "digits, * and #")
KIND, TRUNK = "inbound_route", "trunk"
NAMELESS = "Inbound"
PLAIN = {
    "permission": "permission",
    "did_prepend": "did_prepend",
    "incoming_prepend": "did_prepend",
    "prepend": "did_prepend",
    "alertinfo": "alert_info",
    "prepend_inbound_name": "name_first",
}
SWITCHES = {
    "out_of_service": "disabled",
    "prepend_trunk_name": "trunk_name_first",
    "blocking_did_collect_calls": "block_collect_calls",
}
OWN = Fields(
    (
        Field("seamless_transfer_did_whitelist", EXTENSIONS, ""),
        Field("inbound_mode", Whole(0, MOST_MODES), 0),
        Field("inbound_suffix", SUFFIX, None, nullable=True),
    )
)
FAX_KINDS = {"extension": "extension", "email": "fax"}
"""What the protocol calls them, and what they are here."""


class InboundActions:
    """Where calls that come in by a trunk go."""

    def __init__(
        self,
        routes: DialplanObjects[InboundRouteForm],
        numbers: Numbers,
        configuration: Configuration,
        kept: KeptFields,
    ) -> None:
        self._routes, self._numbers = routes, numbers
        self._configuration, self._kept = configuration, kept

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listinboundroute": self.list_routes,
            "getinboundroute": self.get,
            "addinboundroute": self.add,
            "updateinboundroute": self.update,
            "deleteinboundroute": self.delete,
        }

    async def list_routes(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """The routes of one trunk, or of all."""
        entries = self._routes.listed(caller.actor)
        if text(asked, "trunk_index"):
            trunk = self._trunk(required(asked, "trunk_index"))
            entries = [each for each in entries if trunk in each.form.trunks]
        kept = await self._kept.all()
        rows = [
            {**await self._fields(each, kept.get(each.id, {})), "members": members_of(each.form)}
            for each in entries
        ]
        return listed("inbound_route", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One route, and what may be reached by DID."""
        entry = self._existing(caller, asked)
        kinds = entry.form.did_kinds
        kept = await self._kept.of(entry.id)
        may_be = {name: yes(kind in kinds) for name, kind in DID_SWITCHES.items()}
        fields = await self._fields(entry, kept)
        return {"inbound_routes": fields, "inbound_did_destination": may_be}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a route at the end of the list."""
        trunk = self._trunk(required(asked, "trunk_index"))
        given = self._given(asked)
        if "dids" not in given:
            raise missing("did_pattern_match")
        name = self._name(given["dids"])
        usual = {"name": name, "trunks": [trunk], "destination": {"kind": "by_did"}}
        form = checked(InboundRouteForm, {**usual, **given})
        kept = self._kept.given(asked)
        entry = await self._routes.add(caller.actor, form, None)
        await self._kept.put(entry.id, kept)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry = self._existing(caller, asked)
        given = self._given(asked, entry)
        if text(asked, "trunk_index"):
            given["trunks"] = [self._trunk(required(asked, "trunk_index"))]
        checked(InboundRouteForm, {**entry.form.model_dump(), **given})
        kept = self._kept.given(asked)
        await self._routes.update(caller.actor, entry.id, given, None)
        await self._kept.put(entry.id, kept)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a route."""
        await self._routes.delete(caller.actor, self._existing(caller, asked).id)
        return NEED_APPLY

    def _mode(self) -> int:
        """The mode that is on for all routes."""
        return self._configuration.get(InboundMode).mode

    def _name(self, dids: str) -> str:
        """Routes of the protocol have no names: the patterns make one that nobody else has."""
        usual = " ".join([NAMELESS, *patterns_of(dids)])[:56]
        taken = {each.key for each in self._routes.entries}
        names = [usual, *(f"{usual} {at}" for at in range(2, len(taken) + 3))]
        return next(each for each in names if each.casefold() not in taken)

    def _existing(self, caller: Caller, asked: Parameters) -> DialplanObject[InboundRouteForm]:
        given = required(asked, "inbound_route", "inbound_rt_index", "outbound_route")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
        found = self._numbers.named(KIND, number)
        for each in self._routes.listed(caller.actor):
            if each.id == found:
                return each
        raise unknown("inbound_route", given)

    def _trunk(self, index: str) -> str:
        number = int(index) if index.isascii() and index.isdigit() and len(index) < 10 else 0
        found = self._numbers.named(TRUNK, number)
        if found is None:
            raise unknown("trunk_index", index)
        return found

    async def _fields(
        self, entry: DialplanObject[InboundRouteForm], kept: Mapping[str, Any]
    ) -> dict[str, Any]:
        form = entry.form
        trunks = await self._numbers.of(TRUNK, form.trunks)
        return {
            "inbound_rt_index": (await self._numbers.of(KIND, [entry.id]))[entry.id],
            "trunk_index": trunks[form.trunks[0]],
            "did_pattern_match": ",".join(patterns_of(form.dids)),
            "did_pattern_allow": ",".join(patterns_of(form.callers)) or None,
            **destination_fields(form.destination.kind, form.destination.value),
            "permission": form.permission,
            "did_strip": form.did_strip,
            "prepend": form.did_prepend or None,
            "incoming_prepend": form.did_prepend or None,
            "prepend_trunk_name": yes(form.trunk_name_first),
            "prepend_inbound_name_enable": yes(form.name_first),
            "prepend_inbound_name": form.name_first or None,
            "set_callerid_enable": yes(form.number_set or form.name_set),
            "set_callerid_number": form.number_set or "${CALLERID(num)}",
            "set_callerid_name": form.name_set or "${CALLERID(name)}",
            "alertinfo": form.alert_info or None,
            "out_of_service": yes(form.disabled),
            "blocking_did_collect_calls": yes(form.block_collect_calls),
            **dict.fromkeys(("en_multi_mode", "enable_inbound_muti_mode"), yes(form.modes)),
            "inbound_muti_mode": self._mode(),
            "seamless_transfer_did_whitelist": ",".join(form.taken_over_by),
            "inbound_mode": form.own_mode,
            "inbound_suffix": form.mode_suffix or None,
            "accout_voicemail_out_of_service": "no",
            **_fax_fields(form),
            **INBOUND.answered(kept),
        }

    def _given(
        self, asked: Parameters, present: DialplanObject[InboundRouteForm] | None = None
    ) -> dict[str, Any]:
        """The fields of our form that a request names."""
        ALERT.given(asked)
        found: dict[str, Any] = {
            ours: value
            for theirs, ours in PLAIN.items()
            if (value := text(asked, theirs)) is not None
        }
        for theirs, ours in SWITCHES.items():
            if (on := switch(asked, theirs)) is not None:
                found[ours] = on
        if switch(asked, "prepend_inbound_name_enable") is False:
            found["name_first"] = ""
        for theirs, ours in (("did_pattern_match", "dids"), ("did_pattern_allow", "callers")):
            if (patterns := matches(asked, theirs, theirs)) is not None:
                found[ours] = lines(patterns)
        if (timed := timed_of(asked, "time_condition")) is not None:
            found["timed"] = timed
        if (modes := modes_of(asked, "multi_mode")) is not None:
            found["modes"] = modes
        if kind := text(asked, "destination_type"):
            found["destination"] = destination_of(asked, kind)
        if (strip := whole(asked, "did_strip", 32)) is not None:
            found["did_strip"] = strip
        found |= _rewriting(asked) | _fax_given(asked, present) | _own_given(asked)
        kinds = opened(asked, DID_SWITCHES, () if present is None else present.form.did_kinds)
        return found | ({} if kinds is None else {"did_kinds": kinds})


def _own_given(asked: Parameters) -> dict[str, Any]:
    """Who may take calls over, and the route's own mode."""
    given, found = OWN.given(asked), dict[str, Any]()
    if (members := given.get("seamless_transfer_did_whitelist")) is not None:
        found["taken_over_by"] = [each for each in members.split(",") if each]
    if "inbound_suffix" in given:
        found["mode_suffix"] = given["inbound_suffix"] or ""
    if "inbound_mode" in given:
        found["own_mode"] = given["inbound_mode"]
    return found


def _rewriting(asked: Parameters) -> dict[str, str]:
    """What makes another caller of a caller; switched off, nothing does."""
    names = {"set_callerid_number": "number_set", "set_callerid_name": "name_set"}
    if switch(asked, "set_callerid_enable") is False:
        return dict.fromkeys(names.values(), "")
    sent = {ours: text(asked, theirs) for theirs, ours in names.items()}
    return {ours: value for ours, value in sent.items() if value is not None}


def _fax_fields(form: InboundRouteForm) -> dict[str, Any]:
    """What fax machines that call come to, as far as the protocol knows it."""
    kinds = {ours: theirs for theirs, ours in FAX_KINDS.items()}
    kind = kinds.get(form.fax_destination.kind) if form.fax_detection else None
    return {
        "enable_fax_detect": yes(form.fax_detection),
        "fax_intelligent_route": kind or "no",
        "fax_intelligent_route_destination": form.fax_destination.value if kind else None,
        "auto_answer": yes(form.auto_answer),
        "detection_timeout": form.detection_timeout_s,
    }


def _fax_given(
    asked: Parameters, present: DialplanObject[InboundRouteForm] | None
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    kind = (text(asked, "fax_intelligent_route") or "").lower()
    if kind == "email" and not installed():
        raise Refused(Status.NOT_SUPPORTED, FaxUnavailable.text)
    if kind not in ("", "no", *FAX_KINDS):
        raise bad_value("fax_intelligent_route", ANY_OTHER)
    if (on := switch(asked, "enable_fax_detect")) is not None:
        found["fax_detection"] = on
    if kind == "no":
        found["fax_detection"] = False
    target = text(asked, "fax_intelligent_route_destination")
    before = present.form.fax_destination.kind if present is not None else ""
    to = FAX_KINDS.get(kind) or (before if before in FAX_KINDS.values() else "extension")
    if target is not None and (kind in FAX_KINDS or present is not None):
        found["fax_destination"] = {"kind": to, "value": target}
    if (answers := switch(asked, "auto_answer")) is not None:
        found["auto_answer"] = answers
    if (wait_s := whole(asked, "detection_timeout", 60)) is not None:
        found["detection_timeout_s"] = wait_s
    return found
