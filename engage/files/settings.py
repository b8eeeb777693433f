"""What an administrator sets for messages and files: the section "IM Settings"."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_
from engage.files.model import MEGABYTE, Allowance, FileKind

DAY_MIN = 24 * 60
Minutes = Annotated[int, Field(ge=0, le=365 * DAY_MIN)]
_FILES, _CHATS = N_("Files"), N_("Chats")


class ImServer(StrEnum):
    """Where messages are kept, and who sets their limits."""

    LOCAL = "local"
    CLOUD = "cloud"


class ImSettings(BaseModel):
    """Valid at once, for Wave and for visitors; a live chat may narrow it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: ImServer = Field(
        default=ImServer.LOCAL,
        title=N_("IM Server Mode"),
        description=N_("With Cloud IM, the size of files is set in the cloud."),
        json_schema_extra={
            "control": "select",
            "section": _FILES,
            "labels": {"local": N_("Local"), "cloud": N_("Cloud IM")},
        },
    )
    allow_group_chats: bool = Field(
        default=True,
        title=N_("Allow Group Chats"),
        description=N_("When off, no new group chats are made; those that exist go on."),
        json_schema_extra={"control": "switch", "section": _CHATS},
    )
    edit_within_min: Minutes = Field(
        default=DAY_MIN,
        title=N_("Edit Messages Within"),
        description=N_("How long people can edit what they wrote; 0: not at all."),
        json_schema_extra={"control": "number", "unit": N_("minutes"), "section": _CHATS},
    )
    delete_within_min: Minutes = Field(
        default=DAY_MIN,
        title=N_("Delete Messages Within"),
        description=N_("How long people can delete what they wrote, for everybody; 0: not at all."),
        json_schema_extra={"control": "number", "unit": N_("minutes"), "section": _CHATS},
    )
    notify_inactive_users: bool = Field(
        default=False,
        title=N_("Notify Inactive Users of New Messages"),
        description=N_("By one e-mail that tells how many there are, until they are back in Wave."),
        json_schema_extra={"control": "switch", "section": _CHATS},
    )
    inactive_after_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7,
        title=N_("Inactive After"),
        description=N_("Without having been in Wave for so long."),
        json_schema_extra={
            "control": "number",
            "unit": N_("days"),
            "section": _CHATS,
            "when": {"field": "notify_inactive_users", "is": True},
        },
    )
    max_file_size_mb: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=50,
        title=N_("Max File Size Upload (MB)"),
        description=N_("The largest file that can be sent; 1 MB is 1,048,576 bytes."),
        json_schema_extra={"control": "number", "section": _FILES},
    )
    allowed_kinds: tuple[FileKind, ...] = Field(
        default=tuple(FileKind),
        title=N_("Allowed Kinds of Files"),
        description=N_("Programs and scripts are never taken, whatever is chosen."),
        json_schema_extra={
            "control": "checkboxes",
            "section": _FILES,
            "labels": {
                "images": N_("Images"),
                "documents": N_("Documents"),
                "audio": N_("Audio"),
                "video": N_("Video"),
                "archives": N_("Archives"),
                "other": N_("Other files"),
            },
        },
    )
    visitor_quota_mb: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=100,
        title=N_("Files per Visitor (MB)"),
        description=N_("All that one visitor may send in a chat; 0 sets no limit."),
        json_schema_extra={"control": "number", "section": _FILES},
    )
    user_quota_mb: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=10_000,
        title=N_("Files per User (MB)"),
        description=N_("All that one user's files may take; 0 sets no limit."),
        json_schema_extra={"control": "number", "section": _FILES},
    )
    total_quota_mb: Annotated[int, Field(ge=0, le=100_000_000)] = Field(
        default=0,
        title=N_("All Files (MB)"),
        description=N_("All that files may take on the disk; 0 sets no limit."),
        json_schema_extra={"control": "number", "section": _FILES},
    )
    retention_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=0,
        title=N_("Data Retention (days)"),
        description=N_("How long messages and files are to be kept; 0 keeps them for ever."),
        json_schema_extra={"control": "number", "section": _CHATS},
    )

    def ruled(self) -> dict[str, str]:
        """Fields that are decided elsewhere, each with the reason."""
        if self.server == ImServer.CLOUD:
            return {"max_file_size_mb": N_("With Cloud IM this is set in the cloud.")}
        return {}

    def allowance(self, *, visitor: bool) -> Allowance:
        """What a visitor or a user may bring."""
        quota_mb = self.visitor_quota_mb if visitor else self.user_quota_mb
        return Allowance(
            most_bytes=self.max_file_size_mb * MEGABYTE,
            kinds=frozenset(self.allowed_kinds),
            quota_bytes=quota_mb * MEGABYTE,
            per_hour=VISITOR_FILES_PER_HOUR if visitor else USER_FILES_PER_HOUR,
        )


VISITOR_FILES_PER_HOUR, USER_FILES_PER_HOUR = 60, 600
