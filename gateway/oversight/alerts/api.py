"""Alerts as auditors read and review them; nobody reviews what they or their people did."""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import strawberry

from gateway.audit.entry.look import AuditedLook
from gateway.audit.errors import LeafUnreadable, LogUnavailable
from gateway.audit.recorder.recorder import Recorder
from gateway.graphql.services.alerts import AlertConnection, AlertEdge, AlertType
from gateway.graphql.types.codes import AlertState, ReviewVerdict
from gateway.graphql.types.declare import PageInfo
from gateway.graphql.types.scalars import LogIndex
from gateway.graphql.types.taking_turns import TakingTurns
from gateway.identity.persons import Persons
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, NotAllowed, TryLater
from gateway.model.words import in_words
from gateway.oversight.alerts.alert import Alert, Rank
from gateway.oversight.alerts.indexer import AlertIndexer
from gateway.oversight.auditors.access import AUDITOR
from gateway.oversight.review import is_near, refuse_long

LONGEST_PAGE: Final = 200
_CURSOR: Final = re.compile(r"(\d{1,4})/(\d{1,17})/([\w-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AlertApi:
    """One caller's reading and reviewing of alerts.

    `awaits` says of an entry whether it waits for a review besides, as break-glass does.
    """

    found: AlertIndexer
    recorder: Recorder
    caller: Caller
    awaits: Callable[[int], Awaitable[bool]]
    persons: Persons

    async def alerts(
        self, state: AlertState | None, first: int | None, after: str | None
    ) -> AlertConnection:
        """A page of alerts; NotAllowed for anybody but an auditor."""
        count, rank = _count(first), _rank(after)
        if AUDITOR not in self.caller.roles:
            await self.recorder.refuse("AUDIT_NOT_ALLOWED", self.caller)
            raise NotAllowed("AUDIT_NOT_ALLOWED", "alerts: they are for auditors only")
        reviewed = None if state is None else state is AlertState.REVIEWED
        try:
            found = await self.found.page(reviewed=reviewed, after=rank, count=count + 1)
        except (LogUnavailable, LeafUnreadable):
            raise _unavailable() from None
        detail = "ALERTS" if state is None else f"ALERTS_{state.value}"
        look = AuditedLook(count=len(found[:count]))
        await self.recorder.searched(self.caller, detail, look)
        edges = TakingTurns(
            AlertEdge(node=_alert(each), cursor=_cursor(each)) for each in found[:count]
        )
        info = PageInfo(
            has_next_page=len(found) > count,
            has_previous_page=rank is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return AlertConnection(edges=edges, page_info=info)

    async def review(self, entry: int, verdict: ReviewVerdict, note: str) -> bool:
        """Keep what was found of an alert; False if the entry waits for no such review.

        What has a review of its own is closed by that one.
        """
        try:
            alert = await self.found.waiting(entry)
        except (LogUnavailable, LeafUnreadable):
            raise _unavailable() from None
        if alert is None or await self.awaits(entry):
            return False
        near = await is_near(self.persons, self.caller, alert.near)
        if AUDITOR not in self.caller.roles or near:
            await self.recorder.refuse("REVIEW_NOT_ALLOWED", self.caller)
            raise NotAllowed(
                "REVIEW_NOT_ALLOWED",
                "only an auditor reviews an alert, and neither the user, nor their manager, nor"
                " anyone that they manage",
            )
        if not in_words(note):
            raise AskDifferently("REVIEW_INVALID", "reviewAccess: say why, in words")
        refuse_long("note", note)
        await self.recorder.reviewed(self.caller, alert.id, verdict.value, note)
        return True


def _alert(alert: Alert) -> AlertType:
    return AlertType(
        id=strawberry.ID(alert.id),
        rule=alert.rule,
        score=alert.score,
        at=alert.at,
        entries=[LogIndex(index) for index in alert.entries],
        state=AlertState.OPEN if alert.verdict is None else AlertState.REVIEWED,
        due_by=alert.due_by,
    )


def _cursor(alert: Alert) -> str:
    rank = alert.rank
    return base64.urlsafe_b64encode(f"{rank.thousandths}/{rank.at}/{rank.id}".encode()).decode()


def _rank(after: str | None) -> Rank | None:
    if after is None:
        return None
    try:
        content = base64.b64decode(after, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        content = ""
    found = _CURSOR.fullmatch(content)
    if found is None:
        raise AskDifferently("VARIABLES_INVALID", "after: is not a cursor of this list")
    return Rank(int(found[1]), int(found[2]), found[3])


def _count(first: int | None) -> int:
    count = LONGEST_PAGE if first is None else first
    if not 0 <= count <= LONGEST_PAGE:
        raise AskDifferently("VARIABLES_INVALID", f"first: from 0 to {LONGEST_PAGE}")
    return count


def _unavailable() -> TryLater:
    return TryLater("LOG_UNAVAILABLE", "the log cannot be read now; ask again")
