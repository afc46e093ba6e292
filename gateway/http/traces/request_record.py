"""What one request did and how long it took, as it was; `shape` says what of it is shown."""

from dataclasses import dataclass, field
from typing import Final

MOST_CALLS: Final = 500
"""Calls that are written down of one request; a question across borders makes 300."""


@dataclass(frozen=True, slots=True)
class RecordedStage:
    """A stage, with seconds since the request began."""

    name: str
    at_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call to a source, and how it went: "ok", "failed" or "neutral"."""

    source: str
    went: str
    at_s: float
    took_s: float


@dataclass(slots=True)
class RequestRecord:
    """One request from its first byte to its last; `linked` is the trace that its caller stated."""

    began: float
    linked: tuple[int, int] | None = None
    stages: list[RecordedStage] = field(default_factory=list)
    calls: list[RecordedCall] = field(default_factory=list)
    result: str = ""
    places: int = 0

    @property
    def is_over(self) -> bool:
        """Whether its result is known and it holds no place any more."""
        return bool(self.result) and not self.places

    def stage(self, name: str, began: float, took_s: float) -> None:
        """A stage came to its end."""
        if len(self.stages) < MOST_CALLS:
            self.stages.append(RecordedStage(name, began - self.began, took_s))

    def called(self, source: str, went: str, began: float, took_s: float) -> None:
        """A call came to its end."""
        if len(self.calls) < MOST_CALLS:
            self.calls.append(RecordedCall(source, went, began - self.began, took_s))
