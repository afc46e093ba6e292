"""A request understood and decided: caller, document, plan and verdicts, with nobody asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema

from adapters.contract.frozen import plainly_made
from adapters.contract.paths import COMPILED, Paths
from gateway.config.settings_tables import QuestionSettings, RoleSettings
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.graphql.documents import Document, DocumentOperation, Documents
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.identity.proof_of_possession import Presented
from gateway.identity.quotas import Quotas
from gateway.identity.tokens import TokenVerifier
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import AskDifferently, NotAllowed
from gateway.model.figures import NO_FIGURES, PLAN, VARIABLES, Figures
from gateway.model.inquiry import Inquiry, Reason, inquiries
from gateway.policy.context import PolicyContext, Principal
from gateway.policy.decide import FEW, Decisions, ManyUndecided, Policy, Verdict
from gateway.questions.plan import Plan, plan, refuse_costly
from gateway.questions.preparing.arguments import ArgumentReader
from gateway.questions.preparing.decided_plan import DecidedPlan
from gateway.questions.preparing.known_plans import KnownPlans, PlanKind, PlannedInquiry


@plainly_made
@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL-over-HTTP request, read but not yet understood.

    `document_id` is what it has in place of a `query`, if it names its document. `certificate` is
    the thumbprint of the client's, if it showed one; `peer` the network it came from.
    """

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    authorization: str | None
    dpop: str | None = None
    certificate: str | None = None
    peer: str = ""
    document_id: str | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class PreparedQuestion:
    """One inquiry with what is decided for its kind.

    `restriction_first`: the answer's own restriction is to be told before the rows. `tells_child`:
    the document selects the child, or may. `in_parts`: it may be told in parts, as rows arrive.
    """

    inquiry: Inquiry
    decided: DecidedPlan
    restriction_first: bool = False
    tells_child: bool = True
    in_parts: bool = True

    @property
    def plan(self) -> Plan:
        """Whom to ask, by what and for what."""
        return self.decided.plan

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What each source gives, by id, before anybody is asked."""
        return self.decided.verdicts

    @property
    def asked(self) -> Mapping[str, RegisteredSource]:
        """The sources that will be asked, by id."""
        return self.decided.asked


@plainly_made
@dataclass(frozen=True, slots=True)
class Stages:
    """What stays for the gateway's whole life, whatever comes into force.

    `paths` says whether what is compiled for a document may do the work; `figures` hear of it.
    """

    questions: QuestionSettings
    roles: RoleSettings
    public_url: str
    schema: GraphQLSchema
    verifier: TokenVerifier
    clock: Clock
    documents: Documents
    quotas: Quotas
    paths: Paths = COMPILED
    figures: Figures = NO_FIGURES


@dataclass(frozen=True, slots=True)
class Preparation:
    """The stages before the first entry in the log, under the registry and policy in force.

    `trusted` are the only documents that are answered; None where any is. `plans` are those that
    were made under them.
    """

    stages: Stages
    registry: Registry
    policy: Policy
    trusted: TrustedDocuments | None = None
    plans: KnownPlans = field(default_factory=KnownPlans, init=False, repr=False, compare=False)
    questions: QuestionSettings = field(init=False, repr=False, compare=False)
    roles: RoleSettings = field(init=False, repr=False, compare=False)
    schema: GraphQLSchema = field(init=False, repr=False, compare=False)
    quotas: Quotas = field(init=False, repr=False, compare=False)
    clock: Clock = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Have at hand what every question asks of the stages."""
        for name in ("questions", "roles", "schema", "quotas", "clock"):
            object.__setattr__(self, name, getattr(self.stages, name))

    async def caller(self, request: Request) -> Caller:
        """Who asks; SignIn if that is not certain."""
        return await self.stages.verifier.caller(
            Presented(
                authorization=request.authorization,
                dpop=request.dpop,
                url=self.stages.public_url,
                certificate=request.certificate,
            )
        )

    def read_document(self, request: Request) -> Document | None:
        """The request's document where it was read before, by its text."""
        return None if self.trusted is not None else self.stages.documents.kept(request.query)

    def is_unread(self, request: Request) -> bool:
        """Whether the request's document has yet to be read."""
        return self.trusted is None and self.stages.documents.is_unread(request.query)

    def document(self, request: Request) -> Document:
        """The request's document; AskDifferently says what to change in it, or in the variables."""
        return self._trusted(request) or self.stages.documents.document(request.query)

    async def document_while_serving(self, request: Request, read: Document | None) -> Document:
        """The same, while others are served; `read` is what `read_document` says."""
        found = self._trusted(request) or read
        return found or await self.stages.documents.document_while_serving(request.query)

    def _trusted(self, request: Request) -> Document | None:
        self.stages.documents.refuse_large(request.variables)
        if self.trusted is not None:
            return self.trusted.document(request.query, request.document_id)
        if request.document_id is not None:
            raise AskDifferently(
                "PERSISTED_QUERY_NOT_SUPPORTED",
                "this gateway knows no document by an id: send its text in `query`",
            )
        return None

    def prepare(
        self, document: Document, request: Request, caller: Caller, at_most: int | None = None
    ) -> tuple[PreparedQuestion, ...]:
        """Plan and decide every inquiry of the request; none where it asks about no child.

        ManyUndecided where more than `at_most` decisions would have to be made now.
        """
        operation = document.operation(request.operation_name)
        planned = self._planned(operation, request.variables, caller)
        for one in planned if at_most is not None else ():
            left = one.left(self.registry)
            if len(left) > (at_most or 0):
                raise ManyUndecided(one.kind.decisions, left)
        tells_child = operation.tells_child or not self.stages.paths.compiled
        tells = operation.tells_restriction, tells_child, bool(operation.deliveries)
        return tuple([PreparedQuestion(one.inquiry, self._decided(one), *tells) for one in planned])

    async def prepare_while_serving(
        self, document: Document, request: Request, caller: Caller
    ) -> tuple[PreparedQuestion, ...]:
        """The same, while others are served: a new kind of caller is decided on in a thread."""
        while True:
            try:
                return self.prepare(document, request, caller, FEW)
            except ManyUndecided as undecided:
                await undecided.decisions.ahead(undecided.matters)

    def _planned(
        self, operation: DocumentOperation, variables: Mapping[str, Any], caller: Caller
    ) -> list[PlannedInquiry]:
        paths = self.stages.paths
        reader = ArgumentReader(self.schema, paths, suggest=self.trusted is None)
        values, compiled = reader.values(operation, variables)
        self.stages.figures.went(VARIABLES, compiled=compiled)
        if not operation.asks(variables):
            return []
        try:
            return self._within_limits(operation, reader.arguments(operation, values), caller)
        except AskDifferently as error:
            raise error.named(operation.sent_as) from None

    def _within_limits(
        self, operation: DocumentOperation, arguments: Mapping[str, Any], caller: Caller
    ) -> list[PlannedInquiry]:
        """Every inquiry with its plan, and with what is decided for callers of this kind."""
        bulk, now = operation.in_bulk, self.clock.now()
        asked = inquiries(arguments, caller)
        self._refuse_bulk(asked, caller, bulk=bulk)
        principal = Principal.of(caller, self.roles.shield_cleared)

        decided: dict[Reason, Decisions] = {}
        planned = []
        for each in asked:
            if (decisions := decided.get(each.reason)) is None:
                context = PolicyContext.plainly(caller, each.reason, now, bulk=bulk)
                decisions = decided[each.reason] = self.policy.of_kind(principal, context)
            planned.append(self._planned_inquiry(each, caller, operation.fields, decisions))
        refuse_costly([(one.plan, one.inquiry.known) for one in planned], self.questions)
        return planned

    def _planned_inquiry(
        self, inquiry: Inquiry, caller: Caller, fields: frozenset[str], decisions: Decisions
    ) -> PlannedInquiry:
        kind = PlanKind.of(inquiry, caller, fields, self.registry, decisions)
        known = self.plans.get(kind) if self.stages.paths.compiled else None
        self.stages.figures.went(PLAN, compiled=known is not None)
        made = known.plan if known else plan(inquiry, caller, self.registry, fields)
        return PlannedInquiry(inquiry, kind, made, known)

    def _decided(self, planned: PlannedInquiry) -> DecidedPlan:
        if planned.known is not None:
            return planned.known
        kind = planned.kind
        decided = DecidedPlan.of(planned.plan, self.registry, kind.decisions, kind.areas)
        self.plans.keep(kind, decided)
        return decided

    def _refuse_bulk(self, asked: tuple[Inquiry, ...], caller: Caller, *, bulk: bool) -> None:
        if bulk and self.roles.bulk not in caller.roles:
            raise NotAllowed("BULK_NOT_ALLOWED", "children: your role may ask about one child")
        if len(asked) > self.questions.children_at_once:
            raise AskDifferently(
                "TOO_MANY_CHILDREN",
                f"known: at most {self.questions.children_at_once} children in one question",
            )
