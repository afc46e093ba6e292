"""Alerts as auditors read and review them: accesses that rules found unusual."""

from datetime import datetime
from typing import Protocol

import strawberry

from gateway.graphql.types.codes import AlertState, ReviewVerdict
from gateway.graphql.types.declare import PageInfo, code_list, field, output
from gateway.graphql.types.scalars import LogIndex

code_list(
    AlertState,
    "Whether an alert has been reviewed.",
    {
        AlertState.OPEN: "Nobody has reviewed it yet.",
        AlertState.REVIEWED: "It has been reviewed.",
    },
)


@output
class AlertType:
    """One or several accesses that rules found unusual. It does not say whether they were wrong."""

    id: strawberry.ID = field("The alert's id: that of the question, or of the break-glass grant.")
    rule: str = field("The rule that weighs most in it.")
    score: float = field("How unusual, from 0 to 1: of all rules together.")
    at: datetime = field("When it was raised.")
    entries: list[LogIndex] = field(
        "The entries concerned. The first is the one to pass to `reviewAccess`."
    )
    state: AlertState = field("Whether it has been reviewed.")
    due_by: datetime | None = field("By when it must be reviewed; null if there is no time limit.")


@output
class AlertEdge:
    """An alert with its place in the list."""

    node: AlertType = field("The alert.")
    cursor: str = field("Pass as `after` to continue from here.")


@output
class AlertConnection:
    """A page of alerts, the most unusual first."""

    edges: list[AlertEdge] = field("The alerts of this page.")
    page_info: PageInfo = field("Whether there is more.")


class AlertReading(Protocol):
    """The alerts as one caller may read and review them; each is itself logged before."""

    async def alerts(
        self, state: AlertState | None, first: int | None, after: str | None
    ) -> AlertConnection:
        """A page of alerts; NotAllowed for anybody but an auditor."""
        ...

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> bool:
        """Keep what was found of an alert; False if the entry waits for no such review."""
        ...
