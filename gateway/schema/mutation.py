"""Everything that can be changed; what this version does not serve yet says so."""

from typing import Annotated

import strawberry

from gateway.schema.audit import AuditEntry
from gateway.schema.break_glass import BreakGlassGrant
from gateway.schema.child_answer import Info
from gateway.schema.codes import ReviewVerdict
from gateway.schema.declare import argument, code_list, output, resolved
from gateway.schema.not_yet import not_yet
from gateway.schema.query import Known
from gateway.schema.scalars import LogIndex
from gateway.schema.source import Registration

code_list(
    ReviewVerdict,
    "What a reviewer found of an access.",
    {
        ReviewVerdict.EXPLAINED: "The access was for the stated reason.",
        ReviewVerdict.MISUSE: "The access should not have happened.",
        ReviewVerdict.UNDETERMINED: "It could not be found out.",
    },
)

SourceKey = Annotated[strawberry.ID, argument("The source's id.", name="id")]


@output
class Mutation:
    """Everything that can be changed: sources, break-glass and reviews. No record of a child."""

    @resolved
    def register_source(
        self, _manifest: Annotated[str, argument("The manifest, as TOML.", name="manifest")]
    ) -> Registration | None:
        """Propose a source by its manifest. Not available yet."""
        raise not_yet("registerSource")

    @resolved
    def approve_source(
        self,
        _id: SourceKey,
        _version: Annotated[
            int, argument("The version of the manifest that was read.", name="version")
        ],
    ) -> Registration | None:
        """Approve a source for the agency that owns it; never by whoever registered it.

        Not available yet.
        """
        raise not_yet("approveSource")

    @resolved
    def suspend_source(
        self,
        _id: SourceKey,
        _reason: Annotated[str, argument("Why, in words; logged.", name="reason")],
    ) -> Registration | None:
        """Stop asking a source, at once. Not available yet."""
        raise not_yet("suspendSource")

    @resolved
    async def break_glass(
        self,
        info: Info,
        known: Known,
        justification: Annotated[str, argument("Why, in words; logged.")],
    ) -> BreakGlassGrant | None:
        """Ask for leave in an emergency, for one child, for thirty minutes.

        Privacy officers are told at once, and somebody else reviews it. It lifts the doubt whether
        the child is shielded, never a shield.
        """
        if info.context.emergency is None:
            return None
        return await info.context.emergency.grant(known, justification)

    @resolved
    async def review_access(
        self,
        info: Info,
        entry: Annotated[
            LogIndex,
            argument(
                "The entry under review: a break-glass, a question in which harm was stated, or"
                " an alert's first."
            ),
        ],
        verdict: Annotated[ReviewVerdict, argument("What was found.")],
        note: Annotated[str, argument("Why, in words; logged.")],
    ) -> AuditEntry | None:
        """Record the review of an access, by neither its user nor their manager."""
        context = info.context
        if context.emergency is None or context.audit is None or context.alerts is None:
            return None
        if not await context.alerts.review(int(entry), verdict, note):
            await context.emergency.review(int(entry), verdict, note)
        return await context.audit.entry(entry)
