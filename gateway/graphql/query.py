"""Everything that can be read. The questions were planned and started before execution."""

from typing import Annotated

import strawberry

from gateway.graphql.child.child_answer import ChildAnswer, Info
from gateway.graphql.services.access import AccessConnection
from gateway.graphql.services.audit import After, Audit, First
from gateway.graphql.services.explained import ExplainedClass, PolicyAsker
from gateway.graphql.services.joining import DraftAnswers, SourceDraft, SystemSample
from gateway.graphql.services.me import MeType
from gateway.graphql.services.operations import Operations
from gateway.graphql.services.source import SourceType
from gateway.graphql.types.agency import Agency, DirectoryEntry, agencies_of
from gateway.graphql.types.declare import argument, output, resolved
from gateway.graphql.types.inputs import AccessReason, KnownDetails, ScopeArgument
from gateway.model.errors import NotYetAvailable


def not_yet(field: str) -> NotYetAvailable:
    """The error for `field`, a name of the schema; to be raised."""
    return NotYetAvailable(
        "NOT_YET_AVAILABLE", f"`{field}` is promised and not available in this version yet."
    )


KnownDetailsArgument = Annotated[KnownDetails, argument("Who the question is about.", name="known")]
ReasonArgument = Annotated[AccessReason, argument("Why it is asked.", name="reason")]
Where = Annotated[
    ScopeArgument | None,
    argument("Where to ask; left out, your area and the national sources.", name="scope"),
]


@output
class Query:
    """Everything that can be read."""

    @resolved
    def child(
        self,
        info: Info,
        _known: KnownDetailsArgument,
        _reason: ReasonArgument,
        _scope: Where = strawberry.UNSET,
    ) -> ChildAnswer | None:
        """Ask every agency in scope about one child.

        Null if the question was refused; an error says why.
        """
        answering = info.context.answerings[0]
        return ChildAnswer(answering=answering) if answering else None

    @resolved
    def ask_again(
        self,
        info: Info,
        _known: KnownDetailsArgument,
        _reason: ReasonArgument,
        _agencies: Annotated[
            list[strawberry.ID],
            argument("Ids of the agencies that did not answer; 1 to 10.", name="agencies"),
        ],
    ) -> ChildAnswer | None:
        """Ask again those agencies of an answer that did not answer, and no others.

        It is a question of its own: it is logged with its reason, and counts. Every agency that
        decides on a shield is asked again. An agency where asking has an effect is not asked. Null
        if the question was refused; an error says why.
        """
        answering = info.context.answerings[0]
        return ChildAnswer(answering=answering) if answering else None

    @resolved
    async def me(self, info: Info) -> MeType | None:
        """Who you are to the gateway, and what you may still ask. It asks no agency."""
        context = info.context
        if context.caller is None:
            raise not_yet("me")
        return MeType.of(context.caller, context.areas, await context.limits())

    @resolved
    def children(
        self,
        info: Info,
        _known: Annotated[
            list[KnownDetails],
            argument("Who the questions are about; the number is limited.", name="known"),
        ],
        _reason: ReasonArgument,
        _scope: Where = strawberry.UNSET,
    ) -> list[ChildAnswer | None]:
        """Ask about several children in one request; only for roles that may ask in bulk.

        Answered in the order of `known`; an item is null if its question was refused.
        """
        return [
            ChildAnswer(answering=answering) if answering else None
            for answering in info.context.answerings
        ]

    @resolved
    def agencies(self, info: Info) -> list[Agency]:
        """The agencies that you may know to be connected, by id."""
        return list(agencies_of(info.context.agencies).values())

    @resolved
    def directory(self, info: Info) -> list[DirectoryEntry]:
        """The same agencies with the areas that they serve and their duty desks."""
        context = info.context
        cards = [context.agencies[key] for key in sorted(context.agencies)]
        return [DirectoryEntry.of(card, context.areas) for card in cards]

    @resolved
    async def sources(self, info: Info) -> list[SourceType]:
        """The registered sources and how they are doing.

        A proposal is seen by its own agency and by operators.
        """
        return await info.context.sources.seen() if info.context.sources else []

    @resolved
    async def source(
        self,
        info: Info,
        id: Annotated[strawberry.ID, argument("The source's id.")],  # noqa: A002  the schema's name
        version: Annotated[int, argument("Which version, counted from 1.")],
    ) -> SourceType | None:
        """One version of a source with its manifest, to read before you approve it.

        Null if there is none, or if you are neither of its agency nor an operator.
        """
        return await info.context.joining.version(id, version) if info.context.joining else None

    @resolved
    async def source_draft(
        self,
        info: Info,
        answers: Annotated[DraftAnswers, argument("What it begins with.")],
        sample: Annotated[
            SystemSample | None, argument("A reply of your system; only its shape is used.")
        ] = strawberry.UNSET,
    ) -> SourceDraft | None:
        """The beginning of a manifest, for those who register sources. It asks no agency."""
        if info.context.joining is None:
            return None
        return await info.context.joining.draft(answers, sample or None)

    @resolved
    async def operations(self, info: Info) -> Operations | None:
        """The generation in force at this gateway, and whether it can answer; for operators."""
        if info.context.operations is None:
            raise not_yet("operations")
        return await info.context.operations.read()

    @resolved
    async def audit(self, info: Info) -> Audit | None:
        """The log, for auditors, and for agencies as far as it concerns them."""
        if info.context.audit is None or info.context.alerts is None:
            raise not_yet("audit")
        await info.context.audit.admit()
        return Audit(reading=info.context.audit, alerting=info.context.alerts)

    @resolved
    async def explain(
        self, info: Info, asker: Annotated[PolicyAsker, argument("Who might ask which source.")]
    ) -> list[ExplainedClass] | None:
        """Who gets what of a source, and why not, by the rules in force. No agency is asked.

        For auditors, and for those who register, govern or protect the information of its agency.
        """
        if info.context.audit is None:
            raise not_yet("explain")
        return await info.context.audit.explain(asker)

    @resolved
    async def accesses(
        self,
        info: Info,
        known: Annotated[
            KnownDetails | None,
            argument(
                "Confirms the person; who they are comes from the verified token.", name="known"
            ),
        ] = strawberry.UNSET,
        first: First = 50,
        after: After = strawberry.UNSET,
    ) -> AccessConnection | None:
        """Who has looked at your record, or at your child's, as far as it may be shown.

        Needs a family's token, in which its issuer has verified who you are. If it is for several
        people, `known` says which of them you mean.
        """
        if info.context.accesses is None:
            raise not_yet("accesses")
        return await info.context.accesses.accesses(known or None, first, after or None)
