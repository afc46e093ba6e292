"""A law: examples of it, and what of one breaks it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.support.laws.place import LawPlace

E = TypeVar("E")


class LawBroken(AssertionError):
    """An answer that the law forbids; says which question, and what of it."""


@dataclass(frozen=True, slots=True)
class Law(Generic[E]):
    """`broken` asks what an example says and gives what is wrong; nothing where the law holds."""

    name: str
    examples: st.SearchStrategy[E]
    broken: Callable[[LawPlace, E], list[str]]

    def hold(self, place: LawPlace, chosen: settings, number: int | None = None) -> None:
        """Try examples; LawBroken at the first that breaks it. `number` is a seed."""

        @settings(chosen, suppress_health_check=list(HealthCheck))
        @given(self.examples)
        def tried(example: E) -> None:
            if wrong := self.broken(place, example):
                raise LawBroken(f"{self.name}: {'; '.join(wrong[:3])}")

        (tried if number is None else seed(number)(tried))()
