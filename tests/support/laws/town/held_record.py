"""One record of one child at one agency, in that agency's own spelling."""

from dataclasses import dataclass
from typing import Any, Final

from adapters.contract.identifiers import NHS_NUMBER, UPN
from tests.support.laws.town.children import LawChild

NUMBERS: Final = {
    "both": (NHS_NUMBER, UPN),
    "nhs": (NHS_NUMBER,),
    "upn": (UPN,),
    "none": (),
}
CODES: Final = ("U", "R", "V", None)  # one that is missing counts as restricted
_LETTERS: Final = "ABDEFGHJ"


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record; the truth is that it is `child`'s, whatever it says.

    `numbered` names its numbers, `named` and `born` how name and birthday are spelt. `code` is
    its confidentiality, as its agency would write it. `pupil_of` is another child whose UPN a
    clerk put here. `place` counts the records of an agency.
    """

    agency: str
    place: int
    child: LawChild
    numbered: str = "both"
    named: str = "same"
    born: str = "same"
    code: str | None = "U"
    pupil_of: LawChild | None = None

    @property
    def restricted(self) -> bool:
        """Whether it says that the child is restricted, by the code table of every manifest."""
        return self.code != "U"

    @property
    def plain(self) -> bool:
        """Whether name and birthday stand as they are."""
        return self.named == self.born == "same"

    @property
    def numbers(self) -> dict[str, str]:
        """The numbers on it, by scheme."""
        right = {scheme: self.child.numbers[scheme] for scheme in NUMBERS[self.numbered]}
        return {**right, UPN: self.pupil_of.numbers[UPN]} if self.pupil_of else right

    @property
    def mark(self) -> str:
        """What stands in each value of it that says where the child is, and nowhere else."""
        return f"Q{self.agency}c{self.child.place}n{self.place}z"

    @property
    def postcode(self) -> str:
        """The postcode, of no other record."""
        digits = "".join(d for d in self.agency if d.isdigit())
        return f"ZE{digits} {self.child.place}{_LETTERS[self.place]}A"

    @property
    def telephone(self) -> str:
        """A carer's telephone number, of no other record."""
        return f"{self.mark} 01632 960{self.place:03}"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """What of it a caller could tell that says where the child is: details by name."""
        return (
            ("postcode", self.postcode),
            ("school", f"{self.mark} School"),
            ("gpPractice", f"{self.mark}5"),
            ("telephones", self.telephone),
            ("carers", "Ada Ashdown"),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The record as its agency answers it."""
        mark, numbers = self.mark, self.numbers
        return {
            "id": f"{self.agency}-{self.place}",
            "nhs": numbers.get(NHS_NUMBER),
            "upn": numbers.get(UPN),
            "given": self.child.given,
            "family": {"same": self.child.family, "other": "Wrenfield"}[self.named],
            "born": self.child.born if self.born == "same" else self.child.born[:-1] + "8",
            "sex": self.child.sex,
            "home": self.postcode,
            "confidentiality": self.code,
            "homes": [{"lines": [f"1 {mark} Lane"], "postcode": self.postcode}],
            "carers": [{"name": "Ada Ashdown", "telephone": self.telephone}],
            "schools": [{"name": f"{mark} School", "urn": f"{mark}4"}],
            "practice": [{"name": f"{mark} Surgery", "code": f"{mark}5", "telephone": f"{mark} 6"}],
            "workers": [
                {
                    "name": f"Jo of {mark}",
                    "role": f"{mark} worker",
                    "team": f"{mark} team",
                    "telephone": f"{mark} 7",
                    "email": f"duty@{mark.lower()}.example",
                }
            ],
            "events": [{"date": "2026-01", "summary": f"moved to {mark}"}],
        }

    def told_in(self, text: str) -> bool:
        """Whether a text says where this record has the child."""
        return self.mark in text or self.mark.lower() in text or self.postcode in text
