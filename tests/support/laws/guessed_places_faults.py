"""The planted fault of carers, schools, practices and telephones that a caller tells."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from resolvers.matching.details import Details
from resolvers.matching.reference import Reference
from tests.support.laws.laws import GUESSED_PLACES
from tests.support.laws.planted_fault import PlantedFault


def _from_the_start(original: Any) -> Any:
    """They count before the child is cleared."""
    known: Callable[[type[Details], Reference], Details] = original.__func__

    def of_reference(cls: type[Details], reference: Reference) -> Details:
        return known(cls, replace(reference, surroundings=reference.stated_surroundings))

    return classmethod(of_reference)


GUESSED_PLACES_FAULTS: Final = (
    PlantedFault(
        "a told carer, school, practice or telephone counts before the child is cleared",
        GUESSED_PLACES,
        (("resolvers.matching.details:Details.of_reference", _from_the_start),),
    ),
)
