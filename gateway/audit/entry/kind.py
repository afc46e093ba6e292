"""What an entry of the log records."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class AuditKind(StrEnum):
    """What happened."""

    INTENT = "INTENT"
    RELEASE = "RELEASE"
    REFUSAL = "REFUSAL"
    AUTHENTICATION_FAILURE = "AUTHENTICATION_FAILURE"
    POLICY_CHANGE = "POLICY_CHANGE"
    SOURCE_CHANGE = "SOURCE_CHANGE"
    CONFIGURATION_CHANGE = "CONFIGURATION_CHANGE"
    AUDIT_SEARCH = "AUDIT_SEARCH"
    BREAK_GLASS = "BREAK_GLASS"
    REVIEW = "REVIEW"
    PRUNING = "PRUNING"
    ACCOUNT_LINK = "ACCOUNT_LINK"
    LOG_LOSS = "LOG_LOSS"

    @property
    def without_outcome(self) -> str:
        """What an agency is to an entry of this kind that has no outcome of it."""
        return _WITHOUT_OUTCOME.get(self, "CONCERNED")


_WITHOUT_OUTCOME: Final[Mapping[AuditKind, str]] = {
    AuditKind.INTENT: "ASKED",
    AuditKind.RELEASE: "ASKED",
    AuditKind.BREAK_GLASS: "TOLD",
}
