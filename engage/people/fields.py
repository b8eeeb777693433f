"""What single fields of people's objects may hold, as bodies of requests and forms say it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from engage.people import policy

MOST_OPTIONS = 200

Line = Annotated[str, StringConstraints(max_length=64), AfterValidator(policy.line)]
Name = policy.Name
Number = Annotated[str, StringConstraints(max_length=18)]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(policy.line)]
Password = Annotated[str, StringConstraints(max_length=policy.PASSWORD_LONGEST)]
Language = Annotated[str, StringConstraints(max_length=35)]
Ident = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Options = Annotated[dict[str, Any], Field(max_length=MOST_OPTIONS)]
"""Fields of the HTTPS API that are kept for features to come, or steer those that are there."""
Version = Annotated[int, Field(ge=1)]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=5000)]
Idents = Annotated[list[Ident], Field(min_length=1, max_length=5000)]
