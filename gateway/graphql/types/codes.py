"""The closed code lists that only the schema knows so far."""

from enum import StrEnum


class SourceState(StrEnum):
    """The step of a source between proposed and asked."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    SUSPENDED = "SUSPENDED"


class QualityLevel(StrEnum):
    """The level that the conformance kit found a source to have reached."""

    CONNECTS = "CONNECTS"
    DEPENDABLE = "DEPENDABLE"
    EXEMPLARY = "EXEMPLARY"


class AlertState(StrEnum):
    """Whether an alert has been reviewed."""

    OPEN = "OPEN"
    REVIEWED = "REVIEWED"


class ReviewVerdict(StrEnum):
    """What a reviewer found of an access."""

    EXPLAINED = "EXPLAINED"
    MISUSE = "MISUSE"
    UNDETERMINED = "UNDETERMINED"
