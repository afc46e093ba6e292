"""One way to ask a source, as its manifest says."""

import re
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from adapters.contract.contract import OperationCard
from adapters.manifest.placeholder import PLACEHOLDER, Say, as_doubled, as_value
from adapters.manifest.record_map import (
    AddressSection,
    CarerSection,
    EventSection,
    GpPracticeSection,
    IdentifierSection,
    InvolvementSection,
    NameSection,
    RecordMap,
    SchoolSection,
    SupportStatusSection,
)
from adapters.manifest.table import DocumentText, ShortText, SourceId, Sql, Table

KEYS = frozenset(
    {
        "nhs_number",
        "upn",
        "record_id",
        "given_name",
        "family_name",
        "birth_date",
        "sex",
        "postcode",
    }
)
# A path of member names of JSON:API 1.1, section 5.8.1, in the letters that all may have.
_RELATIONSHIP: Final = r"^[A-Za-z0-9][\w-]*(\.[A-Za-z0-9][\w-]*){0,2}$"
_BIND = re.compile(r"(?<![:\w]):([a-z_]+)")


class PageTable(Table):
    """How an answer's further pages are asked for; past `max_pages` it is AMBIGUOUS.

    `link-next`: `next` gives the next page's address. `cursor`: `next` gives what to send as
    `param`. `offset` and `page`: `param` grows by `size`, or by one from `first`.
    """

    style: Literal["none", "link-next", "cursor", "offset", "page"] = "none"
    max_pages: Annotated[int, Field(ge=1, le=50)] = 5
    next: ShortText | None = None
    param: ShortText | None = None
    size: Annotated[int, Field(ge=1, le=1000)] | None = None
    first: Annotated[int, Field(ge=0, le=1)] = 1


class Detail(Table):
    """A further read, its items put under this detail's name in each record.

    It is read only when an expression of a wanted field mentions its name. HTTP kinds have `path`
    and `query`, with the operation's keys or the record's own {record_id}, {nhs_number}, {upn}.
    They are read only if one record came. `items` is read from {status, body, headers} as
    `records` is, and from further pages as `page` says. If it cannot be read, that is a defect of
    the fields that mention it, never an empty list. SQL has `sql`, read once for all records by
    the expanding bind `:record_ids`. Its rows are joined on their `record_id`.
    """

    path: ShortText | None = None
    query: dict[str, ShortText] = Field({})
    items: ShortText | None = None
    page: PageTable = PageTable()
    sql: Sql | None = None


class Batch(Table):
    """How one call asks for up to `max` children, by the operation's one identifying key.

    `in-list`: `sql` reads them all by an expanding bind, the key with an s, as `:nhs_numbers`.
    `post-ids`: the numbers are posted to `path` as a list in the body's member `ids`.
    `fhir-bundle`: the operation's own requests as entries of one batch Bundle (FHIR R4, 3.2.0.11).
    `graphql-alias`: the operation's own query several times in one document, an alias for each.
    """

    as_: Annotated[
        Literal["none", "in-list", "post-ids", "fhir-bundle", "graphql-alias"], Field(alias="as")
    ] = "none"
    max: Annotated[int, Field(ge=2, le=50)] = 20
    sql: Sql | None = None
    path: ShortText | None = None
    ids: ShortText | None = None


class Operation(Table):
    """One way to ask the source. Placeholders name what it needs: `{upn}`, `{sex?}`, `:upn`.

    `like` names an earlier operation whose mapping this one takes, unless it has its own.
    `unreadable` counts, in a database, the rows whose key no question could be equal to.
    `include` names relationships of JSON:API whose resources are put beside a record's own values.
    `quotes` is how to write a `'` in a value whose placeholder is between `'` and `'`.
    """

    name: SourceId
    like: SourceId | None = None
    method: Literal["GET", "POST"] = "GET"
    path: ShortText | None = None
    query: dict[str, ShortText] = Field({})
    body: dict[str, ShortText] = Field({})
    sql: Sql | None = None
    unreadable: Sql | None = None
    document: DocumentText | None = None
    variables: dict[str, ShortText] = Field({})
    envelope: DocumentText | None = None
    action: ShortText | None = None
    include: tuple[Annotated[str, StringConstraints(pattern=_RELATIONSHIP)], ...] = ()
    quotes: Literal["refused", "doubled"] = "refused"
    file: ShortText | None = None
    by: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z_]+\??$")], ...] = ()
    page: PageTable = PageTable()
    batch: Batch = Batch()
    conclusive: bool = False
    supersedes: bool = False
    absent: ShortText | None = None
    failed: ShortText | None = None
    partial: ShortText | None = None
    restricted_reply: ShortText | None = None
    too_many: ShortText | None = None
    records: ShortText | None = None
    total: ShortText | None = None
    as_of: ShortText | None = None
    detail: dict[str, Detail] = Field({})
    map: RecordMap = RecordMap()
    name_: Annotated[tuple[NameSection, ...], Field(alias="names")] = ()
    identifier: tuple[IdentifierSection, ...] = ()
    address: tuple[AddressSection, ...] = ()
    carer: tuple[CarerSection, ...] = ()
    school: tuple[SchoolSection, ...] = ()
    gp_practice: tuple[GpPracticeSection, ...] = ()
    involvement: tuple[InvolvementSection, ...] = ()
    support_status: tuple[SupportStatusSection, ...] = ()
    event: tuple[EventSection, ...] = ()

    @cached_property
    def card(self) -> OperationCard:
        """What the core needs to know to choose this operation."""
        filled = (*self.query.values(), *self.body.values(), *self.variables.values())
        texts = [self.path or "", self.envelope or "", *filled]
        found = [match.groups() for text in texts for match in PLACEHOLDER.finditer(text)]
        found += [(key.removesuffix("?"), "?" if key.endswith("?") else None) for key in self.by]
        needs = {name for name, optional in found if not optional}
        needs |= set(_BIND.findall(self.sql or ""))
        return OperationCard(
            name=self.name,
            needs=frozenset(needs),
            accepts=frozenset(needs | {name for name, _ in found}),
            conclusive=self.conclusive,
            supersedes=self.supersedes,
            at_once=1 if self.batch.as_ == "none" else self.batch.max,
        )

    @property
    def say(self) -> Say:
        """How a value is written in a query, a body or a variable."""
        return as_doubled if self.quotes == "doubled" else as_value

    @cached_property
    def says_who_is_restricted(self) -> bool:
        """Whether its answers may mark a child as restricted."""
        return self.map.restricted is not None or self.restricted_reply is not None

    @property
    def supplies(self) -> frozenset[str]:
        """The fields of `Record` that this operation can fill; who the child is, always."""
        sections = {
            "addresses": self.address,
            "carers": self.carer,
            "schools": self.school,
            "gp_practice": self.gp_practice,
            "involvements": self.involvement,
            "support_statuses": self.support_status,
            "events": self.event,
        }
        identity = {"identifiers", "names", "birth_date", "sex"}
        return frozenset(identity | {field for field, section in sections.items() if section})

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        unknown = sorted(self.card.accepts - KEYS)
        if unknown:
            raise ValueError(f"{unknown[0]} is not a key; the keys are {', '.join(sorted(KEYS))}")
        if not self.card.needs:
            raise ValueError(
                "an operation without a key would read every child: write one into its request,"
                ' as {upn}, :upn or by = ["upn"]'
            )
        return self
