"""Settings of signing in, and the rules they stand for."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.durations import DAY_MS, HOUR_MS, MINUTE_MS
from engage.errors import N_
from engage.people.guard import GuardRule
from engage.system.networks import Networks

TRUSTED_MOST = 50


class SecuritySettings(BaseModel):
    """How people sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    second_factor: Literal["optional", "administrators", "everyone"] = Field(
        default="optional",
        title=N_("Require a Second Factor"),
        description=N_(
            "Whoever must have one and has none sets it up at the next sign-in, before anything "
            "else."
        ),
        json_schema_extra={
            "control": "select",
            "section": N_("Second Factor"),
            "labels": {
                "optional": N_("Nobody has to"),
                "administrators": N_("Administrators"),
                "everyone": N_("Everyone"),
            },
        },
    )
    password_length: int = Field(
        default=8,
        ge=8,
        le=64,
        title=N_("Shortest Password"),
        description=N_("Holds for passwords set from now on."),
        json_schema_extra={
            "control": "number",
            "section": N_("Passwords"),
            "unit": N_("characters"),
        },
    )
    lock_failures: int = Field(
        default=5,
        ge=2,
        le=100,
        title=N_("Failures per User Name"),
        description=N_("So many wrong passwords or codes lock a user name, known or not."),
        json_schema_extra={"control": "number", "section": N_("Lock-Out")},
    )
    lock_address_failures: int = Field(
        default=30,
        ge=5,
        le=1000,
        title=N_("Failures per Address"),
        description=N_("So many failures from one address, for whatever names, lock that address."),
        json_schema_extra={"control": "number", "section": N_("Lock-Out")},
    )
    lock_window: int = Field(
        default=5,
        ge=1,
        le=1440,
        title=N_("Counted Within"),
        json_schema_extra={
            "control": "number",
            "section": N_("Lock-Out"),
            "unit": N_("minutes"),
        },
    )
    lock_time: int = Field(
        default=5,
        ge=1,
        le=1440,
        title=N_("Locked For"),
        json_schema_extra={
            "control": "number",
            "section": N_("Lock-Out"),
            "unit": N_("minutes"),
        },
    )
    trusted_networks: Networks = Field(
        default=(),
        max_length=TRUSTED_MOST,
        title=N_("Trusted Networks"),
        description=N_(
            "At most 50 addresses or networks, such as 192.0.2.7 or 10.0.0.0/8. Failures from "
            "there are not counted and never lock anyone out."
        ),
        json_schema_extra={"control": "hosts", "section": N_("Lock-Out")},
    )
    session_idle: int = Field(
        default=12,
        ge=1,
        le=720,
        title=N_("Unused Sessions End After"),
        description=N_("Holds for sessions from their next use on."),
        json_schema_extra={
            "control": "number",
            "section": N_("Sessions"),
            "unit": N_("hours"),
        },
    )
    session_longest: int = Field(
        default=14,
        ge=1,
        le=365,
        title=N_("All Sessions End After"),
        description=N_("Then everyone signs in again, however busy. Holds for new sessions."),
        json_schema_extra={
            "control": "number",
            "section": N_("Sessions"),
            "unit": N_("days"),
        },
    )

    def requires_factor(self, role: str) -> bool:
        """Whether accounts of this role must have a second factor."""
        return self.second_factor == "everyone" or (
            self.second_factor == "administrators" and role == "admin"
        )

    @property
    def by_user(self) -> GuardRule:
        """When a user name is locked."""
        return self._rule(self.lock_failures)

    @property
    def by_address(self) -> GuardRule:
        """When an address is locked."""
        return self._rule(self.lock_address_failures)

    @property
    def idle_ms(self) -> int:
        """How long a session lives without use."""
        return self.session_idle * HOUR_MS

    @property
    def longest_ms(self) -> int:
        """How long a session lives at most."""
        return self.session_longest * DAY_MS

    def trusts(self, address: str) -> bool:
        """Whether an address is exempt from lock-out."""
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return any(parsed in ip_network(each) for each in self.trusted_networks)

    def _rule(self, failures: int) -> GuardRule:
        return GuardRule(failures, self.lock_window * MINUTE_MS, self.lock_time * MINUTE_MS)
