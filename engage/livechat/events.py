"""Facts about live chats that others may hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InquiryQueued:
    """A visitor waits: newly, or again after their agent vanished."""

    conversation_id: str
    livechat_id: str


@dataclass(frozen=True, slots=True)
class InquiryAccepted:
    """An agent serves a visitor."""

    conversation_id: str
    livechat_id: str
    agent: str
    waited_ms: int


@dataclass(frozen=True, slots=True)
class ConversationHandedOver:
    """Another agent serves a visitor from now on, because the one before wanted it so."""

    conversation_id: str
    livechat_id: str
    agent: str


@dataclass(frozen=True, slots=True)
class InquiryMissed:
    """Nobody served a visitor; `reason` is `abandoned`, `timeout` or `visitor`."""

    conversation_id: str
    livechat_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    """A served visitor and their agent are done.

    `reason` is `agent`, `visitor`, `idle`, `banned`, `channel_deleted`, or after a bot why no
    person could be asked: `closed` or `no_agent`.
    """

    conversation_id: str
    livechat_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationsErased:
    """What visitors said in these conversations is removed for good."""

    conversation_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfflineMessageLeft:
    """A visitor left a message because nobody could be asked."""

    conversation_id: str
    livechat_id: str
