"""An agency of a world that speaks in another kind than rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract.codes import Claim
from tests.support.agencies import NATIONAL, SourceFile
from tests.support.faults.speech import Speech
from tests.support.faults.speeches import SPEECHES
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.said import Said

KINDS: Final[Mapping[str, Speech]] = {speech.kind: speech for speech in SPEECHES}
_MARKS: Final = {"U": "N", None: None}


@dataclass(frozen=True, slots=True)
class SpokenAgency(LawAgency):
    """It gives every record that it holds, or says that there is none, in the words of `kind`."""

    kind: str = "FHIR R4"

    @property
    def claims(self) -> frozenset[Claim]:
        """What a source of these kinds claims and is granted."""
        return NATIONAL

    def manifest(self, url: str) -> str:
        """The manifest, for a desk at `url`."""
        source: SourceFile = KINDS[self.kind].source(
            self.id, f"{url}/{self.id}", conclusive=self.proves
        )
        return source.with_(timeout="4s").manifest

    def says(self, found: list[HeldRecord], total: int) -> Said:
        """Its answer."""
        del total
        speech = KINDS[self.kind]
        match found:
            case []:
                status, body = speech.nobody
                return Said(status, speech.media_type, body)
            case [one]:
                return Said(200, speech.media_type, speech.found(_as_spoken(one)))
            case _:
                return Said(200, speech.media_type, speech.children(len(found)))


def _as_spoken(record: HeldRecord) -> dict[str, Any]:
    document = record.document
    return {**document, "restricted": _MARKS.get(record.code, "Y"), "home": document["homes"][0]}
