"""What somebody typed to try a source: a test child's details, forgiving to read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from console.pages.visit import Visit

_NUMBERS: Final = ("nhs_number", "upn")
_DETAILS: Final = (*_NUMBERS, "given_name", "family_name", "birth_date")
_NOTHING: Final = "Write a number that is kept for tests, or what an example of the manifest gives."


@dataclass(frozen=True, slots=True)
class TrialForm:
    """The fields of the form as they were typed."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What a visit brings along."""
        return cls({name: visit.text(name) for name in (*_DETAILS, "operation", "rules_too")})

    @property
    def mistake(self) -> str | None:
        """What is missing."""
        return None if any(self.texts[name] for name in _DETAILS) else _NOTHING

    @property
    def variables(self) -> dict[str, Any]:
        """The trial for the gateway, which refuses whatever may be a real child's."""
        given = [
            {"key": name, "value": _plain(name, self.texts[name])}
            for name in _DETAILS
            if self.texts[name]
        ]
        found: dict[str, Any] = {"given": given, "rules": bool(self.texts["rules_too"])}
        return {**found, "operation": self.texts["operation"]} if self.texts["operation"] else found


def _plain(name: str, text: str) -> str:
    return re.sub(r"[\s-]", "", text) if name in _NUMBERS else text
