"""Which child a parent of several means: what is typed only confirms what the sign-in says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from console.pages.visit import Visit
from console.pages.words import day_of

FIELDS = ("given", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class MeantChild:
    """The fields of the form as they were typed; all empty where it was not needed."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What a visit brings along."""
        return cls({field: visit.text(field) for field in FIELDS})

    @property
    def typed(self) -> bool:
        """Whether anything was typed."""
        return any(self.texts.values())

    @property
    def born(self) -> str | None:
        """The date of birth; None if it is no day of a calendar."""
        found = day_of(*(self.texts[part] for part in ("year", "month", "day")))
        return found.isoformat() if found else None

    @property
    def known(self) -> dict[str, Any]:
        """What confirms the child to the gateway."""
        names = {"givenNames": self.texts["given"].split()} if self.texts["given"] else {}
        return {"birthDate": self.born, **names}
