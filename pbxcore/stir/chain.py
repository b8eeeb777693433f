"""Tokens of one call that follow each other (RFC 8946 §4).

The first says who calls, each other one that the call was diverted then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.stir.identity import read_identity
from pbxcore.stir.passport import KINDS, BadPassport, Claims, Passport, canonical, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxcore.stir.verdict import CallToSign

MOST: Final = 10
"""So many headers are looked at; each may cost a certificate."""


class Link(msgspec.Struct, frozen=True):
    """One token, where its certificate is to be had, and the header it came in.

    One that is nested in another has that other's header, and names its certificate itself.
    """

    passport: Passport
    info: str
    header: bytes

    @property
    def claims(self) -> Claims:
        """What it claims."""
        return self.passport.claims


def known(identities: Iterable[bytes]) -> list[bytes]:
    """The headers of kinds that we know: others are as if absent (RFC 8224 §6.2, step 1)."""
    return [
        each
        for each in identities
        if (identity := read_identity(each)) is None or identity.ppt in KINDS
    ]


def links(identities: Iterable[bytes]) -> list[Link]:
    """The tokens that can be read, in their order; those that are nested after what has them."""
    found = list[Link]()
    for header in list(identities)[:MOST]:
        identity = read_identity(header)
        if identity is None or identity.alg != "ES256":
            continue
        try:
            passport = read(identity.token)
            nested = _nested(passport, header)
        except BadPassport:
            continue
        if identity.ppt == passport.claims.ppt:
            found += [Link(passport, identity.info, header), *nested]
    return found[:MOST]


def _nested(passport: Passport, header: bytes) -> list[Link]:
    """What a token has in it, and that again (RFC 8946 §5): each names its certificate itself.

    Raises:
        BadPassport: one of them is none.
    """
    found = list[Link]()
    while (token := passport.claims.opt) and len(found) < MOST:
        passport = read(token)
        found.append(Link(passport, passport.x5u, header))
    return found


def chain_to(called: str, among: Sequence[Link]) -> list[Link]:
    """Those that lead to whom is called, the first one of all last; empty where none do (§4.2)."""
    wanted, left, chain = canonical(called), list(among), list[Link]()
    while True:
        here = [each for each in left if wanted in map(canonical, each.claims.dest)]
        first = next((each for each in here if not each.claims.div), None)
        link = first or next(iter(here), None)
        if link is None:
            return []
        chain.append(link)
        if link is first:
            return chain
        left.remove(link)
        wanted = canonical(link.claims.div)


def chain_from(caller: str, among: Sequence[Link]) -> list[Link]:
    """Those that began with this caller's, the newest first; empty where none did."""
    original = next(
        (
            each
            for each in among
            if not each.claims.div and canonical(each.claims.orig) == canonical(caller)
        ),
        None,
    )
    if original is None:
        return []
    chain, left = [original], [each for each in among if each.claims.div]
    while True:
        places = set(map(canonical, chain[0].claims.dest))
        after = next((each for each in left if canonical(each.claims.div) in places), None)
        if after is None:
            return chain
        left.remove(after)
        chain.insert(0, after)


def onward(call: CallToSign, now_s: int) -> tuple[tuple[bytes, ...], Claims | None]:
    """The Identity lines a call goes on with, and what is to be signed beside them (§4.1).

    None came for who is shown: we sign that it is he. Nothing is to be signed of a call that was
    for there from the beginning.
    """
    chain = chain_from(call.caller, links(call.came_with))
    if not chain or not chain[0].claims.dest:
        return (), None
    newest = chain[0].claims
    headers = dict.fromkeys(each.header for each in reversed(chain))
    came = tuple(b"Identity: " + each for each in headers)
    if canonical(call.called) in map(canonical, newest.dest):
        return came, None
    return came, diverted(newest, call.called, now_s)


def diverted(newest: Claims, called: str, now_s: int) -> Claims:
    """What is to be signed of a call that goes on to somebody else (§4.1)."""
    from_ = canonical(newest.dest[0]) if newest.dest else ""
    return Claims("", newest.orig, (canonical(called),), now_s, "", from_)
