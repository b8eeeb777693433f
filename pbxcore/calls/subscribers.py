"""The extensions as their calls see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pbxcore.faxes.inbox import FaxInbox, nobodys_faxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.voicemail.post import Post
    from pbxcore.directory import Directory
    from pbxcore.domain import Domain
    from pbxcore.features.book import FeatureBook
    from pbxcore.features.handling import CallHandling
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.gruu_ways import GruuWays


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Who they are, where their phones are, what their users want, and what is kept for them.

    Attributes:
        directory: knows the extensions.
        domain: which addresses mean somebody here.
        bindings: where an extension is registered.
        gruus: where the phone is that a GRUU of ours means.
        features: what their users have set.
        handling: what that means for calls now: forwarding, no disturbance.
        post: their mailboxes.
        faxes: takes the faxes that come for them.
    """

    directory: Directory
    domain: Domain
    bindings: Callable[[str], tuple[StoredBinding, ...]]
    gruus: GruuWays
    features: FeatureBook
    handling: CallHandling
    post: Post
    faxes: FaxInbox = field(default_factory=nobodys_faxes)
