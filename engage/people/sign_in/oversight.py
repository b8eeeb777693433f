"""Who may decide how somebody else signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.people.administrators import BeyondOwnRights
from engage.people.model import user_name_of
from engage.system.actor import Module

if TYPE_CHECKING:
    from engage.people.book import PeopleBook
    from engage.people.model import Account
    from engage.system.actor import Actor, Level


def account_under(actor: Actor, book: PeopleBook, user_name: str, level: Level) -> Account:
    """The account of that name.

    Raises:
        NotFound: there is none.
        Forbidden: as `check_over`.
    """
    account = book.account_named(user_name_of(user_name))
    if account is None:
        actor.check(Module.USERS, level)  # who may see none shall not learn which there are
        raise NotFound
    check_over(actor, book, account, level)
    return account


def check_over(actor: Actor, book: PeopleBook, account: Account, level: Level) -> None:
    """Users belong to the extensions, administrators to the users.

    Raises:
        Forbidden: without the right to see or edit those.
        BeyondOwnRights: an administrator whose rights reach further than the actor's.
    """
    if account.role != "admin":
        actor.check(Module.EXTENSIONS, level)
        return
    actor.check(Module.USERS, level)
    if level == "edit" and not actor.rights.cover(book.rights(account)):
        raise BeyondOwnRights
