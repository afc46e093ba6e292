"""Everything that can be changed; what this version does not serve yet says so."""

from typing import Annotated

import strawberry

from gateway.schema.audit import AuditEntry
from gateway.schema.break_glass import BreakGlassGrant
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
    def break_glass(
        self,
        _known: Known,
        _justification: Annotated[str, argument("Why, in words; logged.", name="justification")],
    ) -> BreakGlassGrant | None:
        """Ask for leave in an emergency, for one child. Not available yet."""
        raise not_yet("breakGlass")

    @resolved
    def review_access(
        self,
        _entry: Annotated[LogIndex, argument("The entry under review.", name="entry")],
        _verdict: Annotated[ReviewVerdict, argument("What was found.", name="verdict")],
        _note: Annotated[str, argument("Why, in words; logged.", name="note")],
    ) -> AuditEntry | None:
        """Record the review of an access. Not available yet."""
        raise not_yet("reviewAccess")
