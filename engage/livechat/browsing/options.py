"""Whether agents see who is on the web site."""

from __future__ import annotations

from pydantic import BaseModel, Field

from engage.errors import N_


class BrowsingOptions(BaseModel):
    """Fields of the live chat form."""

    show_live_visitors: bool = Field(
        default=False,
        title=N_("Show live visitors"),
        description=N_(
            "Agents see who is on the web site now and on which page, and may invite them to a"
            " chat. Nothing of it is stored; tell visitors in the site's privacy notice."
        ),
        json_schema_extra={"section": N_("Privacy")},
    )
