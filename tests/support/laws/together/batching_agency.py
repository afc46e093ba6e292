"""An agency of a world that is asked about several children in one call, and may answer badly."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.support.agencies import TEST_CHILD
from tests.support.laws.together.speech import SPEECHES, Share, TogetherSpeech
from tests.support.laws.town.children import LawChild
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.manifest_text import MAPPED
from tests.support.laws.town.said import Said

# How an answer about several children may be wrong. Alone, the same agency is always right.
WRONGS: Final = (
    *("well", "well", "turned", "doubled", "stranger", "instead", "cut"),
    *("nobody", "first", "few", "failed", "unread"),
)
# Of these the answer itself says that it has nothing to say of a child.
FAILS: Final = frozenset({"failed", "unread"})
_CROWD: Final = 30  # the manifest takes six of a child
_TEST_CHILD: Final = {**TEST_CHILD, "homes": [], "confidentiality": "U"}


@dataclass(frozen=True, slots=True)
class BatchingAgency(LawAgency):
    """It answers in the words of `speech`; about several children it is `wrong`, at the place `at`.

    `stranger` is a child about whom nobody asks, `crowd` one of whom it has more records than it
    may tell, alone too.
    """

    speech: TogetherSpeech = field(default=SPEECHES[0])
    wrong: str = "well"
    at: int = 0
    stranger: LawChild | None = None
    crowd: LawChild | None = None

    def manifest(self, url: str) -> str:
        """The manifest, for a desk at `url`."""
        head = self._head(url).replace('kind = "rest"', f'kind = "{self.speech.kind}"')
        conclusive = str(self.proves).lower()
        operation = self.speech.operation.replace("{conclusive}", conclusive)
        return head + operation + MAPPED.format(restricted="")

    def answered(self, method: str, url: str, body: bytes) -> Said | None:
        """What it says to this request."""
        numbers = self.speech.numbers(method, url, body)
        if numbers is None:
            return self.speech.alone(self._share(self.speech.number(url, body)))
        shares = [self._share(number) for number in numbers]
        more = 1 if self.wrong == "cut" else 0
        return self.speech.together(self._wronged(shares), more)

    def _share(self, number: str) -> Share:
        if number == TEST_CHILD["nhs"]:
            return Share((_TEST_CHILD,), 1)
        if self.crowd is not None and number == self.crowd.numbers["nhs_number"]:
            one = HeldRecord(self.id, 6, self.crowd).document
            return Share(tuple({**one, "id": f"{self.id}-{n}"} for n in range(_CROWD)), _CROWD)
        found = tuple(
            each.document for each in self.held if each.numbers.get("nhs_number") == number
        )
        return Share(found, len(found))

    def _wronged(self, shares: Sequence[Share]) -> Sequence[Share]:
        at, none = self.at % len(shares), Share((), 0)
        match self.wrong:
            case "turned":
                return [*shares[1:], shares[0]]
            case "nobody":
                return [none for _ in shares]
            case "first":
                return [shares[0], *(none for _ in shares[1:])]
            case "few":
                return [share if place <= at else none for place, share in enumerate(shares)]
            case "cut" if not self.speech.placed:
                return [share if place < at else none for place, share in enumerate(shares)]
            case _:
                changed = self._changed(shares[at])
                return [*shares[:at], changed, *shares[at + 1 :]]

    def _changed(self, share: Share) -> Share:
        match self.wrong:
            case "doubled":
                return Share(share.records * 2, share.total * 2)
            case "stranger":
                return Share((*share.records, self._strange()), share.total + 1)
            case "instead":
                return Share((self._strange(),), 1)
            case "failed":
                return replace(share, failed=True)
            case "unread":
                return replace(share, records=tuple({**r, "born": {}} for r in share.records))
            case _:
                return share

    def _strange(self) -> dict[str, Any]:
        assert self.stranger is not None
        return HeldRecord(self.id, 7, self.stranger, "nhs").document
