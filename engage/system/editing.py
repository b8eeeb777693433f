"""Two people who edit the same object: the second is told, and loses nothing."""

from __future__ import annotations

from engage.errors import N_, Conflict


class Edited(Conflict):
    """The object has another version than the one that was edited; `by` names who changed it.

    `version` is the present one: who repeats the change with it overwrites knowingly.
    """

    code = "edited"
    text = N_("%(by)s has changed this meanwhile.")

    def __init__(self, by: str, version: int) -> None:
        super().__init__(by=by, version=version)


class InUse(Conflict):
    """Something else refers to the object; `users` names what."""

    code = "in_use"
    text = N_("This is in use by: %(names)s.")

    def __init__(self, users: list[dict[str, str]]) -> None:
        """`users`: what refers to it, each with `kind`, `id` and `name`."""
        super().__init__(users=users, names=", ".join(each["name"] for each in users))
