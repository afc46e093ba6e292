"""Details of a child and the reason stand in variables, wherever a document could hide them."""

import re

import pytest
from graphql import parse, print_ast, print_schema

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.documents import Document, Documents
from gateway.graphql.literals import refuse_personal_literals
from gateway.graphql.root import build_schema
from gateway.model.errors import AskDifferently

HEAD = "query($k: KnownDetails!, $r: AccessReason!, $t: String!, $p: Purpose!, $b: Boolean!)"
TAIL = "{ receipt { index } }"
SCHEMA = build_schema()._schema  # noqa: SLF001  # graphql-core's own, as the gateway executes it


def read(text: str) -> Document:
    return Documents(SCHEMA, DocumentSettings()).document(text)


def refused_in(schema: str) -> list[str]:
    """What is said of names in a schema's text."""
    try:
        refuse_personal_literals(SCHEMA, parse(schema))
    except AskDifferently as error:
        return [error.code]
    return []


@pytest.mark.parametrize(
    "arguments",
    [
        'known: { nhsNumber: "9434765919" }, reason: $r',
        'known: { familyName: $t, givenNames: ["Jonah"] }, reason: $r',
        'known: { givenNames: [$t, "Jonah"] }, reason: $r',
        'known: { givenNames: "Jonah" }, reason: $r',
        'known: { agencyRecord: { agency: $t, recordId: "4711" } }, reason: $r',
        'known: { familyName: """Jonah""" }, reason: $r',
        "known: { sex: MALE }, reason: $r",
        "known: { familyName: null }, reason: $r",
        "known: null, reason: $r",
        'known: $k, reason: { purpose: $p, justification: "Jonah was hit" }',
        "known: $k, reason: { purpose: SAFEGUARDING, justification: $t }",
        'known: $k, reason: "Jonah"',
        'known: { jonah: "Smith" }, reason: $r',
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "{{ {} }}",
        "{{ jonah: {} }}",
        "{{ ... on Query {{ {} }} }}",
        "{{ ...F }} fragment F on Query {{ {} }}",
        "{{ ...E }} fragment E on Query {{ ...F }} fragment F on Query {{ {} }}",
        "{{ agencies {{ id }} }} fragment Unused on Query {{ {} }}",
        "{{ ... @skip(if: $b) {{ {} }} }}",
    ],
)
def test_a_detail_of_a_child_or_a_reason_is_no_literal(place: str, arguments: str) -> None:
    field = f"child(known: {arguments.removeprefix('known: ')})"
    with pytest.raises(AskDifferently) as refused:
        read(HEAD + place.format(f"{field} {TAIL}"))
    assert refused.value.code == "PERSONAL_DATA_LITERAL"
    assert not any(word in refused.value.message for word in ("Jonah", "9434765919", "4711"))


@pytest.mark.parametrize(
    "text",
    [
        'query($k: KnownDetails! = { nhsNumber: "9434765919" }) { accesses(known: $k)',
        'query($t: String = "Jonah") { accesses(after: $t)',
        'query($t: [String!] = ["Jonah"]) { accesses(after: $t)',
        'query($t: ID = "Jonah") { accesses(after: $t)',
        "query($p: Purpose = SAFEGUARDING) { accesses(after: $p)",
        'query($j: Jonah = "Jonah") { accesses(after: $j)',
        'query($d: PartialDate = "2015") { accesses(after: $d)',
    ],
)
def test_a_variables_default_is_a_literal_too(text: str) -> None:
    with pytest.raises(AskDifferently) as refused:
        read(text + " { edges { cursor } } }")
    assert refused.value.code == "PERSONAL_DATA_LITERAL"


@pytest.mark.parametrize(
    "text",
    [
        'mutation { breakGlass(known: { familyName: "Jonah" }, justification: "x") { id } }',
        'mutation($k: KnownDetails!) { breakGlass(known: $k, justification: "Jonah") { id } }',
        'mutation { suspendSource(id: "a", reason: "Jonah") { source { id } } }',
        '{ audit { entries(filter: { nhsNumber: "9434765919" }) { edges { cursor } } } }',
        'mutation { reviewAccess(entry: "1", verdict: MISUSE, note: "Jonah") { index } }',
    ],
)
def test_other_fields_take_no_such_literal_either(text: str) -> None:
    with pytest.raises(AskDifferently) as refused:
        read(text)
    assert refused.value.code == "PERSONAL_DATA_LITERAL"


@pytest.mark.parametrize(
    "arguments",
    [
        "known: $k, reason: $r",
        "known: { familyName: $t, givenNames: [$t, $t] }, reason: $r",
        "known: { agencyRecord: { agency: $i, recordId: $t }, familyName: $t }, reason: $r",
        "known: $k, reason: { purpose: $p, justification: $t }",
        'known: $k, reason: $r, scope: { areas: ["E09990001"] }',
    ],
)
def test_variables_may_stand_inside_an_object(arguments: str) -> None:
    given = ("$k", "KnownDetails!"), ("$r", "AccessReason!"), ("$t", "String!"), ("$p", "Purpose!")
    declared = [f"{n}: {t}" for n, t in (*given, ("$i", "ID!")) if n in arguments]
    accepted = read(f"query({', '.join(declared)}) {{ child({arguments}) {TAIL} }}").operation(None)
    assert accepted.question is not None
    assert {each.name.value for each in accepted.question.arguments or ()} >= {"known", "reason"}


def test_numbers_and_switches_may_have_defaults() -> None:
    accepted = read(
        "query($n: Int = 5, $s: Boolean = true)"
        " { accesses(first: $n) { availableFrom @skip(if: $s) } }"
    )
    defaults = accepted.operation(None).node.variable_definitions
    assert [print_ast(each) for each in defaults or ()] == ["$n: Int = 5", "$s: Boolean = true"]


CHILD = "child(known: $k, reason: $r)"
ASKS = "query($k: KnownDetails!, $r: AccessReason!)"
NAMED = [
    f"{ASKS} {{ _9990000018: {CHILD} {TAIL} }}",
    f"{ASKS} {{ n999_000_0018: {CHILD} {TAIL} }}",
    f"{ASKS} {{ born_09_03_2015: {CHILD} {TAIL} }}",
    f"{ASKS} {{ born20150309: {CHILD} {TAIL} }}",
    f"{ASKS} {{ {CHILD} {{ receipt {{ _9990000018: index }} }} }}",
    f"query Q9990000018{ASKS.removeprefix('query')} {{ {CHILD} {TAIL} }}",
    f"query A123456789012{ASKS.removeprefix('query')} {{ {CHILD} {TAIL} }}",
    f"{ASKS} {{ ...F9990000018 }} fragment F9990000018 on Query {{ {CHILD} {TAIL} }}",
    f"{ASKS} {{ ...F9990000018 {CHILD} {TAIL} }}",
    ASKS.replace("$k", "$k9990000018") + f" {{ child(known: $k9990000018, reason: $r) {TAIL} }}",
    f'{ASKS} {{ {CHILD} {{ ... @defer(label: "9990000018") {{ receipt {{ index }} }} }} }}',
    f'{ASKS} {{ {CHILD} {{ ... @defer(label: "20150309") {{ receipt {{ index }} }} }} }}',
    f"{ASKS} {{ {CHILD} {{ ... @include(if: _9990000018) {{ receipt {{ index }} }} }} }}",
    f"{ASKS} {{ {CHILD} @of9990000018 {TAIL} }}",
    f"{ASKS} {{ {CHILD} {{ _9990000018 }} }}",
    '{ accesses(after: "9990000018") { edges { cursor } } }',
    '{ accesses(after: "999 000 0018") { edges { cursor } } }',
    '{ accesses(after: "\\u0039990000018") { edges { cursor } } }',
    "{ accesses(first: 9990000018) { edges { cursor } } }",
    "{ agencies { id } } # about 9990000018",
    '"""about 999-000-0018""" query { agencies { id } }',
]


@pytest.mark.parametrize("text", NAMED)
def test_no_name_label_or_comment_tells_of_which_child_a_document_is(text: str) -> None:
    with pytest.raises(AskDifferently) as refused:
        read(text)
    assert refused.value.code == "PERSONAL_DATA_LITERAL"
    assert not any(word in refused.value.message for word in ("999", "2015", "123456"))


@pytest.mark.parametrize(
    "text",
    [
        f"query Child2026{ASKS.removeprefix('query')} {{ child_2: {CHILD} {TAIL} }}",
        f"{ASKS} {{ _0001: {CHILD} {TAIL} }}",
        f'{ASKS} {{ {CHILD} {{ ... @defer(label: "part 2") {{ receipt {{ index }} }} }} }}',
        '{ accesses(after: "E09990001") { edges { cursor } } }',
        '{ accesses(after: "9990000019") { edges { cursor } } }',
    ],
)
def test_a_year_or_a_count_in_a_name_tells_of_nobody(text: str) -> None:
    assert len(read(text).operations) == 1


def test_no_name_of_the_schema_would_be_refused() -> None:
    # Why a field is deprecated is in the schema alone, never in a document.
    schema = re.sub(r'@deprecated\(reason: "[^"]*"\)', "", print_schema(SCHEMA))
    assert refused_in(schema) == []
    assert refused_in(schema.replace("birthDate", "born20150309")) == ["PERSONAL_DATA_LITERAL"]
