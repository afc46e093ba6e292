"""What is shown of one exchange: a title, and lines beneath it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One part of an exchange, in the order in which it happened."""

    title: str
    lines: tuple[str, ...] = ()
