"""Everything that can be changed."""

from typing import Annotated

import strawberry

from gateway.graphql.child.child_answer import Info
from gateway.graphql.query import KnownDetailsArgument
from gateway.graphql.services.audit import AuditEntry
from gateway.graphql.services.break_glass import BreakGlassGrantType
from gateway.graphql.services.joining import DraftAnswers, SourceDraft, SourceTrial, TrialArgument
from gateway.graphql.services.source import ExampleReply, Registration, Reload
from gateway.graphql.types.codes import ReviewVerdict
from gateway.graphql.types.declare import argument, code_list, output, resolved
from gateway.graphql.types.inputs import AccountInput
from gateway.graphql.types.scalars import LogIndex

code_list(
    ReviewVerdict,
    "What a reviewer found of an access.",
    {
        ReviewVerdict.EXPLAINED: "The access was for the stated reason.",
        ReviewVerdict.MISUSE: "The access should not have happened.",
        ReviewVerdict.UNDETERMINED: "The reviewer could not find out.",
    },
)

OneAccount = Annotated[AccountInput, argument("One of the person's accounts.")]
OtherAccount = Annotated[AccountInput, argument("The other one.")]
LinkReason = Annotated[str, argument("How you know, in words; logged.")]
SourceKey = Annotated[strawberry.ID, argument("The source's id.")]


@output
class Mutation:
    """Everything that can be changed: sources, break-glass and reviews. No record of a child."""

    @resolved
    async def register_source(
        self,
        info: Info,
        manifest: Annotated[str, argument("The manifest, as TOML.")],
        rules: Annotated[
            str | None, argument("The Cedar that goes with it, if any.")
        ] = strawberry.UNSET,
        replies: Annotated[
            list[ExampleReply] | None, argument("The recorded replies of its examples.")
        ] = strawberry.UNSET,
    ) -> Registration | None:
        """Propose a source by its manifest, checked without a network and without a secret.

        The gateway does not ask it until it is approved.
        """
        if info.context.sources is None:
            return None
        return await info.context.sources.register(manifest, rules or None, replies or [])

    @resolved
    async def draft_source(
        self,
        info: Info,
        answers: Annotated[DraftAnswers, argument("What it begins with.")],
        at: Annotated[
            str, argument("Where the system describes itself, or a sample is: JSON, or .csv.")
        ],
    ) -> SourceDraft | None:
        """The beginning of a manifest, from an OpenAPI document, `/metadata` or a sample.

        It is read once, without any login, and only where the operator's grant for your agency
        lets the gateway connect. Only its shape is used. Logged before the system is asked.
        """
        if info.context.joining is None:
            return None
        return await info.context.joining.draft_at(answers, at)

    @resolved
    async def try_draft(
        self,
        info: Info,
        manifest: Annotated[str, argument("The manifest, as TOML.")],
        trial: Annotated[TrialArgument, argument("About which test child, and how.")],
        rules: Annotated[
            str | None, argument("The Cedar that goes with it, if any.")
        ] = strawberry.UNSET,
        replies: Annotated[
            list[ExampleReply] | None, argument("The recorded replies of its examples.")
        ] = strawberry.UNSET,
    ) -> SourceTrial | None:
        """Ask the real system for one test child, by a manifest that nobody has proposed yet.

        Only where the operator's grant for your agency lets the gateway connect. No secret is
        read for it: one with a login is proposed first. Logged before the system is asked.
        """
        if info.context.joining is None:
            return None
        return await info.context.joining.try_draft(manifest, rules or None, replies or [], trial)

    @resolved
    async def try_source(
        self,
        info: Info,
        id: SourceKey,  # noqa: A002  the schema's name
        version: Annotated[int, argument("The version of its manifest.")],
        trial: Annotated[TrialArgument, argument("About which test child, and how.")],
    ) -> SourceTrial | None:
        """Ask the real system for one test child, by a version that is kept, with its secrets.

        A version that is not in force is tried by its agency's information governance, and not by
        the person who registered it. Logged before the system is asked.
        """
        if info.context.joining is None:
            return None
        return await info.context.joining.try_version(id, version, trial)

    @resolved
    async def approve_source(
        self,
        info: Info,
        id: SourceKey,  # noqa: A002  the schema's name
        version: Annotated[int, argument("The version of the manifest that was read.")],
    ) -> Registration | None:
        """Approve a source for the agency that owns it. The person who registered it may not.

        Answered once every gateway asks it in this version.
        """
        if info.context.sources is None:
            return None
        return await info.context.sources.approve(id, version)

    @resolved
    async def suspend_source(
        self,
        info: Info,
        id: SourceKey,  # noqa: A002  the schema's name
        reason: Annotated[str, argument("Why, in words; logged.")],
    ) -> Registration | None:
        """Stop asking a source immediately. Answered once no gateway asks it any more."""
        if info.context.sources is None:
            return None
        return await info.context.sources.suspend(id, reason)

    @resolved
    async def reload(self, info: Info) -> int | None:
        """Read the operator's files again: manifests, rules, grants, revocations.

        Answered once they are in force at every gateway, with the number of the generation. If
        anything is wrong with them, the generation before stays and an error names file and line.
        """
        done = await info.context.sources.reload() if info.context.sources else None
        return None if done is None else done.generation

    @resolved
    async def reload_files(self, info: Info) -> Reload | None:
        """Like `reload`, which it will replace. It also says which sources have new secrets."""
        return await info.context.sources.reload() if info.context.sources else None

    @resolved
    async def propose_account_link(
        self, info: Info, first: OneAccount, second: OtherAccount, reason: LinkReason
    ) -> bool | None:
        """Propose that two accounts are one person's. It counts once another person confirms it.

        For operators and information governance, about accounts that are not their own.
        """
        if info.context.accounts is None:
            return None
        await info.context.accounts.propose(first, second, reason)
        return True

    @resolved
    async def confirm_account_link(
        self, info: Info, first: OneAccount, second: OtherAccount, reason: LinkReason
    ) -> bool | None:
        """Confirm a link that another person proposed. It stays.

        From then on the two are one person for approvals, for reviews and for limits.
        """
        if info.context.accounts is None:
            return None
        await info.context.accounts.confirm(first, second, reason)
        return True

    @resolved
    async def break_glass(
        self,
        info: Info,
        known: KnownDetailsArgument,
        justification: Annotated[str, argument("Why, in words; logged.")],
    ) -> BreakGlassGrantType | None:
        """Ask for a break-glass grant in an emergency, for one child, for thirty minutes.

        Privacy officers are told immediately, and another person reviews it. It lifts the doubt
        whether the child is shielded, never a shield.
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
                "The entry under review: a break-glass, a question with stated harm, or an"
                " alert's first entry."
            ),
        ],
        verdict: Annotated[ReviewVerdict, argument("What was found.")],
        note: Annotated[str, argument("Why, in words; logged.")],
    ) -> AuditEntry | None:
        """Record the review of an access. Its user and their manager may not."""
        context = info.context
        if context.emergency is None or context.audit is None or context.alerts is None:
            return None
        if not await context.alerts.review(int(entry), verdict, note):
            await context.emergency.review(int(entry), verdict, note)
        return await context.audit.entry(entry)
