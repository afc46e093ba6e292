"""One answer as it comes: what is there by now, and what each payload brought."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from console.asking.refusals import BrokenOff, GatewayAway, GatewayRefused
from console.practitioner.rows import Group, ShownRow, row_of, said_once

BROKE: Final = (BrokenOff, GatewayAway, GatewayRefused)
_AT_ONCE: Final = 10  # that `askAgain` takes


@dataclass(frozen=True, slots=True)
class News:
    """What one payload brought."""

    restriction: bool = False
    rows: tuple[ShownRow, ...] = ()
    whole: bool = False

    def and_then(self, later: "News") -> "News":
        """Both together."""
        return News(
            self.restriction or later.restriction,
            self.rows + later.rows,
            self.whole or later.whole,
        )


@dataclass(slots=True)
class ComingAnswer:
    """The answer so far. `why_not` says why no more of it comes; None while it may."""

    said: dict[str, Any] = field(default_factory=dict)
    rows: list[ShownRow] = field(default_factory=list)
    why_not: str | None = None

    def take(self, payload: Mapping[str, Any]) -> News:
        """Add a payload; GatewayRefused if there is no answer in it."""
        restricted, whole = self.restriction, self.whole
        if "data" in payload:
            self._begin(payload["data"])
        for piece in payload.get("incremental", ()):
            self._add(piece)
        rows = tuple(row_of(each) for each in self.said.get("answers", [])[len(self.rows) :])
        self.rows += rows
        return News(self.restriction != restricted, rows, self.whole and not whole)

    @property
    def restriction(self) -> str | None:
        """NONE_KNOWN, RESTRICTED or UNKNOWN; None until it is known which."""
        found: str | None = self.said.get("restriction")
        return found

    @property
    def whole(self) -> bool:
        """Whether the last part has come."""
        return "completeness" in self.said

    @property
    def agencies(self) -> list[dict[str, Any]]:
        """Every agency that has a row or will have one."""
        return [each["agency"] for each in self.said.get("asked", ())]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Those whose row is not there yet."""
        there = {row.agency["id"] for row in self.rows}
        return [agency for agency in self.agencies if agency["id"] not in there]

    @property
    def groups(self) -> Iterator[tuple[Group, list[ShownRow]]]:
        """The rows by what they mean for whoever reads them."""
        for group in Group:
            yield group, [row for row in self.rows if row.group is group]

    @property
    def kept_back(self) -> list[str]:
        """What is kept back about the child, each sentence once."""
        return said_once(each["message"] for each in self.said["child"]["withheld"])

    @property
    def to_ask_again(self) -> list[str]:
        """Ids of agencies that may answer now, as many as may be asked at once."""
        return [row.agency["id"] for row in self.rows if row.retryable][:_AT_ONCE]

    def _begin(self, data: Any) -> None:
        answer = data.get("child") if isinstance(data, dict) else None
        if answer is None:
            raise GatewayRefused(200)
        self.said.update(answer)

    def _add(self, piece: Mapping[str, Any]) -> None:
        """Put a piece at its path: `child` itself, or one row of its `answers`."""
        if piece["path"][1:2] == ["answers"]:
            self.said.setdefault("answers", []).append(piece["data"])
        else:
            self.said.update(piece["data"])
