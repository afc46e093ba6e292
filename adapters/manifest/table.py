"""A table of a manifest: frozen, and an unknown key in it is an error."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

_ID: Final = r"^[a-z][a-z0-9-]{1,62}$"


def _id(given: object) -> object:
    if isinstance(given, str) and not re.fullmatch(_ID, given):
        raise ValueError("write it with small letters, digits and hyphens, such as north-school")
    return given


SourceId = Annotated[str, BeforeValidator(_id), StringConstraints(pattern=_ID)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"  # invisible, and needed to write some languages


def _shown(text: str) -> str:
    if any(unicodedata.category(c) in _HIDDEN and c not in _JOINERS for c in text):
        raise ValueError("has a control or bidirectional character, which could hide what it says")
    return text


ShownText = Annotated[ShortText, AfterValidator(_shown)]
DocumentText = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Sql = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Table(BaseModel):
    """A TOML table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
