"""What an asker was, as far as rules look at it: so that other rules can be held to the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from adapters.contract.codes import Sector


@dataclass(frozen=True, slots=True)
class AskerProfile:
    """What a caller was when they asked, in whole hours since they signed in; lists are sorted."""

    sector: Sector
    roles: tuple[str, ...]
    accreditation: tuple[str, ...]
    assurance: int
    areas: tuple[str, ...]
    minutes_since_sign_in: int | None
    shield_cleared: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Every text that came with a token."""
        return (*self.roles, *self.accreditation, *self.areas)

    @property
    def fields(self) -> Mapping[str, Any]:
        """As it stands in an entry."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def read(cls, held: Mapping[str, Any]) -> Self:
        """What `fields` wrote; ValueError, KeyError or TypeError if it did not."""
        lists = {name: tuple(held[name]) for name in ("roles", "accreditation", "areas")}
        return cls(**{**held, **lists, "sector": Sector(held["sector"])})
