"""A request understood and decided: caller, document, plan and verdicts, with nobody asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema, get_argument_values
from graphql.execution.values import VariableValues

from adapters.contract.codes import ReleaseClass
from adapters.contract.frozen import plainly_made
from adapters.contract.paths import COMPILED, Paths
from gateway.config.settings_tables import QuestionSettings, RoleSettings
from gateway.fanout.sources import RegisteredSource, Registry
from gateway.graphql.documents import Document, DocumentOperation, Documents
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.graphql.types.input_errors import WrongVariables, coerced
from gateway.identity.proof_of_possession import Presented
from gateway.identity.quotas import Quotas
from gateway.identity.tokens import TokenVerifier
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.model.errors import AskDifferently, NotAllowed, all_at_once
from gateway.model.figures import NO_FIGURES, Figures
from gateway.model.inquiry import Inquiry, inquiries
from gateway.policy.context import UNSAID, PolicyContext, Principal, RecordFacts
from gateway.policy.decide import (
    FEW,
    Decisions,
    ManyUndecided,
    Matter,
    OnRecord,
    Policy,
    Verdict,
)
from gateway.questions.plan import Plan, PlannedSource, plan, refuse_costly
from resolvers.release import fields_within

_Planned = tuple[Plan, Inquiry, Decisions]
COMPARED: Final = frozenset({"addresses", "carers", "gp_practice", "involvements", "schools"})


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
    """One inquiry with its plan and verdicts; `sources` are all in scope, by id.

    `on_record` decides again where a record says what the verdict before asking could not know.
    `restriction_first`: the answer's own restriction is to be told before the rows. `tells_child`:
    the document selects the child, or may.
    """

    inquiry: Inquiry
    plan: Plan
    verdicts: Mapping[str, Verdict]
    sources: Mapping[str, RegisteredSource]
    on_record: OnRecord
    restriction_first: bool = False
    tells_child: bool = True

    @property
    def asked(self) -> dict[str, RegisteredSource]:
        """The sources that will be asked: of the shield set, or in scope and permitted.

        None where reading has effects, unless the scope names it.
        """
        return {
            p.source: source
            for p in self.plan.sources
            if p.not_asked is None
            and ((source := self.sources[p.source]).in_shield_set or self._may_give(source))
        }

    @property
    def gateway_only(self) -> frozenset[str]:
        """The sources of the shield set whose answers are for the gateway alone.

        They are out of scope, or give this caller nothing.
        """
        return frozenset(
            p.source
            for p in self.plan.sources
            if p.for_shield
            or (self.sources[p.source].in_shield_set and not self._may_give(self.sources[p.source]))
        )

    def _may_give(self, source: RegisteredSource) -> bool:
        if not source.sensitive:
            return bool(self.verdicts[source.id].permitted)
        consenting = self.on_record(source.id, RecordFacts(consent=source.records_consent))
        return ReleaseClass.SENSITIVE in consenting.permitted

    @property
    def read(self) -> dict[str, frozenset[str]]:
        """The fields to read of each source besides who the child is: permitted, and selected.

        Or compared, whatever was selected: who would not be noticed could else leave them out.
        """
        only = self.gateway_only
        return {
            p.source: frozenset() if p.source in only else self._read(p) for p in self.plan.sources
        }

    def _read(self, planned: PlannedSource) -> frozenset[str]:
        source = self.sources[planned.source]
        at_most = self.on_record(source.id, RecordFacts(consent=source.records_consent)).permitted
        given = at_most | self.verdicts[source.id].permitted
        return fields_within(given, self.plan.fields | COMPARED)


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


@plainly_made
@dataclass(frozen=True, slots=True)
class Preparation:
    """The stages before the first entry in the log, under the registry and policy in force.

    `trusted` are the only documents that are answered; None where any is.
    """

    stages: Stages
    registry: Registry
    policy: Policy
    trusted: TrustedDocuments | None = None

    @property
    def questions(self) -> QuestionSettings:
        """How long and how large a question may be."""
        return self.stages.questions

    @property
    def roles(self) -> RoleSettings:
        """The roles that open more than a question."""
        return self.stages.roles

    @property
    def schema(self) -> GraphQLSchema:
        """The schema that documents are of."""
        return self.stages.schema

    @property
    def quotas(self) -> Quotas:
        """How much everybody may ask."""
        return self.stages.quotas

    @property
    def clock(self) -> Clock:
        """The gateway's clock."""
        return self.stages.clock

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

    def is_unread(self, request: Request) -> bool:
        """Whether the request's document has yet to be read."""
        return self.trusted is None and self.stages.documents.is_unread(request.query)

    def document(self, request: Request) -> Document:
        """The request's document; AskDifferently says what to change in it, or in the variables."""
        return self._trusted(request) or self.stages.documents.document(request.query)

    async def document_while_serving(self, request: Request) -> Document:
        """The same, while others are served."""
        found = self._trusted(request)
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
        for one, _, decisions in planned if at_most is not None else ():
            left = decisions.left(self._matter(p.source, caller) for p in one.sources)
            if len(left) > (at_most or 0):
                raise ManyUndecided(decisions, left)
        return tuple(self._prepared(*each, operation, caller) for each in planned)

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
    ) -> list[_Planned]:
        values = self._values(operation, variables)
        self._refuse_deliveries(operation, values)
        _refuse_nulls(operation, variables)
        if operation.question is None:
            return []
        try:
            return self._within_limits(operation, values, caller)
        except AskDifferently as error:
            raise error.named(operation.sent_as) from None

    def _within_limits(
        self, operation: DocumentOperation, values: VariableValues, caller: Caller
    ) -> list[_Planned]:
        """Every inquiry with its plan, and with what is decided for callers of this kind."""
        bulk, now = operation.in_bulk, self.clock.now()
        asked = inquiries(self._arguments(operation, values), caller)
        self._refuse_bulk(asked, caller, bulk=bulk)
        planned = [(plan(each, caller, self.registry, operation.fields), each) for each in asked]
        refuse_costly([(one, each.known) for one, each in planned], self.questions)
        principal = Principal.of(caller, self.roles.shield_cleared)
        contexts = (PolicyContext.plainly(caller, i.reason, now, bulk=bulk) for _, i in planned)
        kinds = (self.policy.of_kind(principal, context) for context in contexts)
        return [(*each, kind) for each, kind in zip(planned, kinds, strict=True)]

    def _matter(self, source_id: str, caller: Caller, said: RecordFacts = UNSAID) -> Matter:
        source = self.registry.sources[source_id]
        in_area = self.registry.agencies[source.agency].serves(caller.areas)
        return Matter(source.agency, source.id, source.supplies, in_area, said)

    def _prepared(
        self,
        planned: Plan,
        inquiry: Inquiry,
        decisions: Decisions,
        operation: DocumentOperation,
        caller: Caller,
    ) -> PreparedQuestion:
        @cache  # for this question alone: every record of it asks again
        def on_record(source_id: str, said: RecordFacts) -> Verdict:
            return decisions.of(self._matter(source_id, caller, said))

        sources = {p.source: self.registry.sources[p.source] for p in planned.sources}
        verdicts = {name: on_record(name, UNSAID) for name in sources}
        tells_child = operation.tells_child or not self.stages.paths.compiled
        tells = operation.tells_restriction, tells_child
        return PreparedQuestion(inquiry, planned, verdicts, sources, on_record, *tells)

    def _refuse_bulk(self, asked: tuple[Inquiry, ...], caller: Caller, *, bulk: bool) -> None:
        if bulk and self.roles.bulk not in caller.roles:
            raise NotAllowed("BULK_NOT_ALLOWED", "children: your role may ask about one child")
        if len(asked) > self.questions.children_at_once:
            raise AskDifferently(
                "TOO_MANY_CHILDREN",
                f"known: at most {self.questions.children_at_once} children in one question",
            )

    def _values(self, operation: DocumentOperation, variables: Mapping[str, Any]) -> VariableValues:
        compiled = self.stages.paths.compiled
        if compiled and (read := operation.variables.read(variables)) is not None:
            return read
        definitions = operation.node.variable_definitions or ()
        values = coerced(self.schema, definitions, variables, suggest=self.trusted is None)
        if isinstance(values, WrongVariables):
            raise all_at_once(
                [
                    AskDifferently("VARIABLES_INVALID", each.message, path=each.path)
                    for each in values.errors
                ]
            )
        return values

    def _refuse_deliveries(self, operation: DocumentOperation, values: VariableValues) -> None:
        """AskDifferently where @defer or @stream has a value that nobody can deliver by."""
        for node in operation.deliveries:
            definition = self.schema.get_directive(node.name.value)
            if definition is None:
                continue
            try:
                count = get_argument_values(definition, node, values).get("initialCount", 0)
            except GraphQLError:
                count = None
            if count is None or count < 0:
                counts = ", and 0 or more as `initialCount`"
                more = counts if "initialCount" in definition.args else ""
                raise AskDifferently(
                    "DELIVERY_INVALID",
                    f"query: @{node.name.value} takes true or false as `if`{more}",
                )

    def _arguments(self, operation: DocumentOperation, values: VariableValues) -> dict[str, Any]:
        field, query = operation.question, self.schema.query_type
        if field is None or query is None:
            return {}
        return get_argument_values(query.fields[field.name.value], field, values)


def _refuse_nulls(operation: DocumentOperation, variables: Mapping[str, Any]) -> None:
    """AskDifferently if a variable that may only be left out is null."""
    names = sorted(operation.never_null & variables.keys())
    nulls = [name for name in names if variables[name] is None]
    what = "give a value, or leave it out"
    if nulls:
        raise all_at_once(
            [AskDifferently("VARIABLES_INVALID", f"${n}: {what}", path=(n,)) for n in nulls]
        )
