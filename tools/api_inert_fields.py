"""Write docs/api-inert-fields.md from the field tables: what the API keeps for features to come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engage.api.account_fields import ACCOUNT
from engage.api.kept_fields import INBOUND
from engage.api.queue_fields import QUEUE
from engage.api.trunk_fields import TRUNK
from engage.api.user_actions import USER

if TYPE_CHECKING:
    from engage.api.fields import Field, Fields

PAGE = Path(__file__).parents[1] / "docs" / "api-inert-fields.md"
HEAD = """# Fields of the HTTPS API without effect as yet

Programs may set these fields. They are checked, kept and answered faithfully, but steer nothing:
for the reason that stands beside them, or because their feature does not exist yet. Written by
`python -m tools.api_inert_fields` from the field tables; a test compares the two.
"""
PERSON = "says something of a person; calls do not depend on it"
NO_DIRECTORY = "there is no LDAP phonebook"
COMPLETION = "whoever may be called back asks by a code, and is one of ours"
OFFERED = "whoever waits is told of the callback when it is offered, in the caller's language"
REASONS = {
    **dict.fromkeys(("enable_vq_notification", "notification_prompt"), OFFERED),
    "notification_frequency": OFFERED,
    **dict.fromkeys(("family_number", "fax", "room"), PERSON),
    "jitterbuffer": "phones even out what comes late; the PBX does where it mixes or converts",
    **dict.fromkeys(("enable_ldap", "ldap_sync_enable", "ldap_sync_passwd"), NO_DIRECTORY),
    **dict.fromkeys(("ldap_sync_port", "ldap_default_outrt", "ldap_custom_prefix"), NO_DIRECTORY),
    **dict.fromkeys(("cc_mode", "cc_max_agents", "cc_max_monitors"), COMPLETION),
    **dict.fromkeys(("cc_agent_policy", "cc_monitor_policy"), COMPLETION),
    "enable_rc": "RemoteConnect is a service of the device's maker",
    "nat": "addresses that media come from are found out, for everybody",
    "directmedia": "media always pass through the PBX, which records and mixes them",
    "use_for_sfu_conf": "there are no trunks between conference servers",
}
"""Why fields steer nothing. Those without a reason wait for their feature."""
TABLES: tuple[tuple[str, str, Fields], ...] = (
    ("SIP accounts", "`addSIPAccountAndUser`, `updateSIPAccount`, `getSIPAccount`", ACCOUNT),
    ("SIP trunks", "`addSIPTrunk`, `updateSIPTrunk`, `getSIPTrunk`", TRUNK),
    ("Users", "`updateUser`, `getUser`, `listUser`", USER),
    ("Call queues", "`addQueue`, `updateQueue`, `getQueue`", QUEUE),
    ("Inbound routes", "`addInboundRoute`, `updateInboundRoute`, `getInboundRoute`", INBOUND),
)


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_section(*table) for table in TABLES)


def _section(title: str, actions: str, fields: Fields) -> str:
    inert = [each for each in fields if each.inert]
    reasoned = any(each.name in REASONS for each in inert)
    rows = "".join(_row(each, reasoned=reasoned) for each in inert)
    why, line = (" why |", "---|") if reasoned else ("", "")
    head = f"| field | values | default |{why}\n|---|---|---|{line}\n"
    return f"\n## {title}\n\n{actions}\n\n{head}{rows}"


def _row(field: Field, *, reasoned: bool) -> str:
    default = "null" if field.default is None else str(field.default) or '""'
    values = f"{field.kind.said}{', null' if field.nullable else ''}".replace("|", "\\|")
    why = f" {REASONS.get(field.name, 'its feature does not exist yet')} |" if reasoned else ""
    return f"| `{field.name}` | {values} | {default} |{why}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
