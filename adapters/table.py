"""A table of a manifest: frozen, and an unknown key in it is an error."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Document = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Sql = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Table(BaseModel):
    """A TOML table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
