"""What was typed into the two forms: carried from page to page, and never kept elsewhere."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from console.asking.refusals import WrongInput
from console.pages.visit import Visit
from console.pages.words import typed_number
from console.practitioner.dates import partial_date

REASON: Final = (
    *("purpose", "justification", "caseReference", "harm", "harmWhy"),
    *("areas", "cause", "causeWhy", "breakGlass"),
)
CHILD: Final = (
    *("nhsNumber", "upn", "givenNames", "familyName", "birthDate", "sex", "postcode"),
    *("otherNames", "formerPostcodes", "carers", "school", "gpPractice", "telephones"),
    *("chosenKey", "chosenWhy"),
)
_LISTS: Final = re.compile(r"[\n\r,;]+")
_NO_DATE: Final = "Write the date of birth as 9 3 2015, 9 March 2015, March 2015 or 2015."
_NO_PURPOSE: Final = "Choose why you are asking."
_NO_WORDS: Final = "Say in your own words why you need to know."
_NO_CASE: Final = "Give the reference of your case: safeguarding needs one."
_NOTHING: Final = "Give a number, or the child's names and date of birth."


@dataclass(frozen=True, slots=True)
class Mistake:
    """What to correct, and beside which field; no field if it is none of these."""

    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Both forms as they were typed, a text for each field."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What a visit brings along."""
        fields = (*REASON, *CHILD)
        return cls({field: ",".join(visit.texts(field)) for field in fields})

    def __getitem__(self, field: str) -> str:
        return self.texts.get(field, "")

    def without(self, *fields: str) -> Self:
        """The same with these fields empty."""
        return replace(self, texts={**self.texts, **dict.fromkeys(fields, "")})

    def with_texts(self, **texts: str) -> Self:
        """The same with these fields filled in."""
        return replace(self, texts={**self.texts, **texts})

    def carried(self, fields: tuple[str, ...]) -> dict[str, str]:
        """The fields that a page keeps for the next one."""
        return {field: self[field] for field in fields if self[field]}

    @property
    def for_the_case(self) -> Self:
        """The reason alone: the next child of the same case begins with nothing of this one."""
        return self.without(*CHILD, "breakGlass")

    def mistakes_of_reason(self) -> list[Mistake]:
        """What the first form lacks."""
        checks = (
            ("purpose", bool(self["purpose"]), _NO_PURPOSE),
            ("justification", bool(self["justification"]), _NO_WORDS),
            (
                "caseReference",
                self["purpose"] != "SAFEGUARDING" or bool(self["caseReference"]),
                _NO_CASE,
            ),
        )
        return [Mistake(field, said) for field, well, said in checks if not well]

    def mistakes_of_child(self) -> list[Mistake]:
        """What the second form lacks, as far as no agency and no gateway has to be asked."""
        if not any(self[field] for field in CHILD):
            return [Mistake("nhsNumber", _NOTHING)]
        wrong = self["birthDate"] and partial_date(self["birthDate"]) is None
        return [Mistake("birthDate", _NO_DATE)] if wrong else []

    def variables(self) -> dict[str, Any]:
        """The variables of the question."""
        scope = {"scope": {"areas": _listed(self["areas"])}} if self["areas"] else {}
        return {"known": self._known(), "reason": self._reason(), **scope}

    def _known(self) -> dict[str, Any]:
        found = {field: read(self[field]) for field, read in _READ.items() if self[field]}
        if self["chosenKey"]:
            found["chosen"] = [{"key": self["chosenKey"], "reason": self["chosenWhy"]}]
        return found

    def _reason(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            field: self[field]
            for field in ("purpose", "justification", "caseReference", "breakGlass")
        }
        if self["harm"]:
            said["significantHarm"] = {
                "suspected": self["harm"],
                "justification": self["harmWhy"],
            }
        if self["cause"]:
            said["outOfArea"] = {"cause": self["cause"], "justification": self["causeWhy"]}
        return {field: value for field, value in said.items() if value}


def mistake_of(wrong: WrongInput) -> Mistake:
    """The gateway's word about one input, beside the field that it came from."""
    named = [str(step) for step in wrong.path]
    fields = [*(_ELSEWHERE.get(".".join(named[1:]), step) for step in named[1:]), *named[:1]]
    known = {*REASON, *CHILD, "areas"}
    found = next(
        (_ELSEWHERE.get(field, field) for field in fields if _ELSEWHERE.get(field, field) in known),
        None,
    )
    return Mistake(found, _without_path(wrong.message))


def _without_path(message: str) -> str:
    said = re.sub(r"^\$?[\w.\[\]]+: ", "", message)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


_ELSEWHERE: Final = {
    "chosen": "chosenWhy",
    "scope": "areas",
    "significantHarm": "harm",
    "significantHarm.justification": "harmWhy",
    "outOfArea": "cause",
    "outOfArea.justification": "causeWhy",
}


def _listed(typed: str) -> list[str]:
    return [part.strip() for part in _LISTS.split(typed) if part.strip()]


def _words(typed: str) -> str:
    return " ".join(typed.split())


def _names(typed: str) -> list[dict[str, Any]]:
    """A name a line: the last word is the family name."""
    split = [name.split() for name in _listed(typed)]
    return [{"givenNames": given, "familyName": family} for *given, family in split]


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "nhsNumber": typed_number,
    "upn": typed_number,
    "givenNames": str.split,
    "familyName": _words,
    "birthDate": partial_date,
    "sex": str,
    "postcode": _words,
    "otherNames": _names,
    "formerPostcodes": _listed,
    "carers": _listed,
    "school": _words,
    "gpPractice": _words,
    "telephones": _listed,
}
