"""What every table of the settings is, and the forms that texts in it may have."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Final, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator

# Another machine's page without TLS could be anybody's by the time it is in the browser.
_ORIGIN: Final = r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?"
# As a DPoP proof has to name it: without query and fragment (RFC 9449, section 4.2).
_ADDRESS: Final = (
    r"(https://[^/?#@\s]+/[^?#\s]*|http://(localhost|127\.0\.0\.1)(:[0-9]+)?/[^?#\s]*)?"
)
_FORM_OF_ORIGIN: Final = (
    "write https://host, as browsers send it: no path, no slash at the end; http for localhost"
)
_FORM_OF_ADDRESS: Final = "write https://host/graphql, without a query; http for localhost"
_PATHS: Final = (Path, Path | None)


class SettingsTable(BaseModel):
    """A table of the settings: frozen, and an unknown key in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        return _meant(value, cls.model_fields[str(info.field_name)].annotation)


def _meant(value: Any, annotation: Any) -> Any:
    """The value as its setting is meant; ValueError for what Python would take for another."""
    if isinstance(value, bool) and annotation is not bool:
        raise ValueError(
            "write a number or text: true and false do not fit here"
        )  # Python counts false as 0
    if annotation in _PATHS and isinstance(value, str):
        if not value.strip():
            raise ValueError("write a path: it may not be empty")
        if value.startswith("~") or "$" in value:
            raise ValueError("write the whole path: neither ~ nor a variable in it is expanded")
    if get_origin(annotation) is tuple and isinstance(value, str):
        return _list_in(value)
    return value


def _matching(pattern: str, form: str) -> AfterValidator:
    """A text of this pattern, or ValueError that says its form."""

    def matched(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(form)
        return text

    return AfterValidator(matched)


Origin = Annotated[str, _matching(_ORIGIN, _FORM_OF_ORIGIN)]
PublicUrl = Annotated[str, _matching(_ADDRESS, _FORM_OF_ADDRESS)]
Host = Annotated[str, _matching(r"[A-Za-z0-9.:_-]+", "write an address such as 127.0.0.1")]
HeaderName = Annotated[str, _matching(r"[A-Za-z0-9-]+", "write a header's name, without `*`")]
RoleName = Annotated[str, _matching(r"\S+", "write the role's name as tokens have it, not empty")]


def _list_in(variable: str) -> Any:
    """The list that a variable holds as JSON."""
    try:
        return json.loads(variable)
    except (ValueError, RecursionError):
        raise ValueError(
            "write a list in brackets, even of one; in a variable, as JSON with double quotes"
        ) from None
