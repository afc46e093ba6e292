"""One answer on one page: the whole of it, or what changes as its parts come."""

from collections.abc import Mapping
from typing import Any, Final

from console.asking.refusals import BrokenOff, GatewayRefused
from console.pages.visit import Visit
from console.practitioner.coming import ComingAnswer, News
from console.practitioner.rows import ShownRow
from console.practitioner.typed import CHILD, REASON, Typed

_PAGE: Final = "practitioner/answer.html"
_AT_THE_END: Final = ("lead", "needs", "child", "unresolved", "again")


class AnswerPage:
    """The templates that make the whole page also make its parts: both say the same."""

    def __init__(self, visit: Visit, typed: Typed, *, again: bool) -> None:
        self._visit = visit
        self._answer = ComingAnswer()
        self._values: dict[str, Any] = {
            "answer": self._answer,
            "typed": typed,
            "again": again,
            "carried": typed.without("chosenKey", "chosenWhy").carried((*REASON, *CHILD)),
            "case": typed.for_the_case.carried(REASON),
        }

    def take(self, payload: Mapping[str, Any]) -> News:
        """Add a payload of the gateway."""
        return self._answer.take(payload)

    def end(self) -> None:
        """No more comes: that is well if everything came."""
        if self.broken:
            self.break_off(BrokenOff())

    def break_off(self, why: Exception) -> None:
        """No more comes, for this reason. What came stays."""
        told = why if isinstance(why, GatewayRefused) else BrokenOff()
        self._answer.why_not = str(told)

    @property
    def broken(self) -> bool:
        """Whether it is not whole."""
        return not self._answer.whole

    @property
    def shielded(self) -> bool:
        """Whether nothing that an earlier answer shows may stay beside this one."""
        return self._answer.restriction == "RESTRICTED"

    def whole(self) -> str:
        """The page with all that is there."""
        return self._visit.part(_PAGE, **self._values)

    def changes(self, news: News) -> dict[str, Any]:
        """What a payload changes on the page."""
        places = [*(["restriction"] if news.restriction else []), "state"]
        places += _AT_THE_END if news.whole else ()
        return {
            "slots": {place: self._part(place) for place in places},
            "into": self._placed(news.rows),
            "gone": [f"waiting-{row.agency['id']}" for row in news.rows],
            "say": " ".join([*(row.spoken for row in news.rows), *self._spoken(news)]),
        }

    def merges(self, news: News) -> dict[str, Any]:
        """What the rows of those that were asked again change in the answer that stands there."""
        known = any(row.has_record for row in news.rows)
        doubt = known and self._answer.restriction != "NONE_KNOWN"
        places = ["again", *(["restriction"] if doubt else [])]
        return {
            "gone": [f"row-{row.agency['id']}" for row in news.rows],
            "into": self._placed(news.rows),
            "slots": {place: self._part(place) for place in places},
            "say": " ".join(row.spoken for row in news.rows),
        }

    def last(self) -> dict[str, Any]:
        """What is true once no more comes."""
        return {"slots": {"state": self._part("state")}, "say": "The answer broke off."}

    def _placed(self, rows: tuple[ShownRow, ...]) -> dict[str, str]:
        into: dict[str, str] = {}
        for row in rows:
            there = into.get(row.group.place, "")
            into[row.group.place] = there + self._part("row", row=row)
        return into

    def _spoken(self, news: News) -> list[str]:
        told = self._answer.restriction
        shown = "No restriction is known." if told == "NONE_KNOWN" else "Treat as shielded."
        return [*([shown] if news.restriction else []), *(["That is all."] if news.whole else [])]

    def _part(self, name: str, **values: Any) -> str:
        return self._visit.part(f"practitioner/{name}.html", **self._values, **values)
