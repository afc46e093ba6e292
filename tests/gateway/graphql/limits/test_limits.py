"""Whoever asks too much of the gateway is told the limit and the figure, before any work."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql import documents
from gateway.graphql.documents import Documents
from gateway.graphql.limits import scan
from gateway.graphql.root import build_schema
from gateway.model.errors import AskDifferently
from tests.support.docs.pages import rows, text
from tests.support.processor_time import cheap

SCHEMA: Final = build_schema()._schema  # noqa: SLF001  # as the gateway executes it
QUESTION: Final = (
    "query Q($k: KnownDetails!, $r: AccessReason!) { child(known: $k, reason: $r) %s }"
)
ALIASES: Final = " ".join(f"a{n}: id" for n in range(31))
FRAGMENTS: Final = " ".join(f"fragment F{n} on Agency {{ id }}" for n in range(51))


def nested(depth: int) -> dict[str, Any]:
    """Variables that nest so deep."""
    inner: dict[str, Any] = {}
    for _ in range(depth - 1):
        inner = {"x": inner}
    return inner


# Of each limit a document that is over it and over no other.
OVER: Final = {
    "max_bytes": "{ agencies { id } } #" + "x" * 33_000,
    "max_tokens": "{ agencies { id" + " name" * 2000 + " } }",
    "max_nesting": "{ agencies { id " + "... { " * 39 + "id" + " }" * 41,
    "max_depth": QUESTION % ("{ answers { " + "agency { " * 11 + "id" + " }" * 13),
    "max_fields": "{ " + "...F " * 30 + "} fragment F on Query { agencies { "
    f"{' '.join(f'f{n}' for n in range(20))} }} }}",
    "max_aliases": f"{{ agencies {{ {ALIASES} }} }}",
    "max_equal_fields": "{ agencies {" + " id" * 51 + " } }",
    "max_fragments": f"{{ agencies {{ id }} }} {FRAGMENTS}",
    "max_operations": " ".join(f"query Q{n} {{ agencies {{ id }} }}" for n in range(11)),
    "max_directives": "{ agencies { id" + " @skip(if: false)" * 5 + " } }",
}
OVER_BY_VARIABLES: Final = {
    "max_variables_bytes": {"x": "y" * 65_600},
    "max_variables_depth": nested(11),
}
LIMITS: Final = sorted({*OVER, *OVER_BY_VARIABLES})


def refused(kept: Documents, name: str) -> AskDifferently:
    with pytest.raises(AskDifferently) as refusal:
        read(kept, name)
    return refusal.value


def read(kept: Documents, name: str) -> None:
    """Send what is over the limit of this name."""
    kept.refuse_large(OVER_BY_VARIABLES.get(name, {}))
    kept.document(OVER.get(name, "{ agencies { id } }"))


@pytest.mark.parametrize("name", LIMITS)
def test_who_is_over_a_limit_is_told_its_name_the_figure_and_the_most(name: str) -> None:
    settings = DocumentSettings()
    error = refused(Documents(SCHEMA, settings), name)
    assert error.extensions["limit"] == f"documents.{name}"
    assert error.extensions["max"] == getattr(settings, name)
    assert error.extensions["found"] > error.extensions["max"]
    assert str(getattr(settings, name)) in error.message


@pytest.mark.parametrize("name", LIMITS)
def test_who_is_within_a_raised_limit_is_not_refused_for_it(name: str) -> None:
    settings = DocumentSettings(**{name: _highest(name)})
    limits = []
    try:
        read(Documents(SCHEMA, settings), name)
    except AskDifferently as error:  # it may be over another one, or not fit the schema
        limits.append(error.extensions.get("limit"))
    assert f"documents.{name}" not in limits


def _highest(name: str) -> int:
    (bound,) = (m.le for m in DocumentSettings.model_fields[name].metadata if hasattr(m, "le"))
    return int(bound)


def test_the_table_of_limits_has_every_limit_with_its_code_and_no_other() -> None:
    told = {
        re.findall(r"documents\.(max_\w+)", cells[0])[0]: cells[2]
        for cells in rows(text("docs/hardening.md"))
        if cells[0].startswith("`documents.max_")
    }
    kept = Documents(SCHEMA, DocumentSettings())
    assert told == {name: f"`{refused(kept, name).code}`" for name in LIMITS}
    assert set(LIMITS) == {n for n in DocumentSettings.model_fields if n.startswith("max_")}


@pytest.mark.parametrize(
    "name", sorted(OVER.keys() - {"max_depth", "max_fields", "max_equal_fields"})
)
def test_what_the_text_shows_is_refused_before_it_is_parsed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "parse", _never)
    assert refused(Documents(SCHEMA, DocumentSettings()), name).exceeded is not None


@pytest.mark.parametrize("name", sorted(OVER))
def test_nothing_over_a_limit_is_validated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "validate", _never)
    assert refused(Documents(SCHEMA, DocumentSettings()), name).exceeded is not None


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("this comes after the limits")


@pytest.mark.parametrize("document", ["{ agencies { nothing } }", "{", OVER["max_equal_fields"]])
def test_a_document_that_was_refused_lately_is_refused_unread(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Documents(SCHEMA, DocumentSettings())
    with pytest.raises(AskDifferently) as first:
        kept.document(document)
    for name in ("parse", "validate", "refuse_by_text", "refuse_by_structure"):
        monkeypatch.setattr(documents, name, _never)
    with pytest.raises(AskDifferently) as again:
        kept.document(document)
    assert again.value.told == first.value.told


def test_of_refused_documents_only_so_many_are_remembered() -> None:
    kept = Documents(SCHEMA, DocumentSettings(kept=5))
    for number in range(50):
        with pytest.raises(AskDifferently):
            kept.document("{ x" + "x" * number + " }")
    assert len(kept._refused) == 5  # noqa: SLF001  # nothing else shows what is remembered


HOSTILE: Final[dict[str, Callable[[], str]]] = {
    "every pair of equal fields": lambda: "{ agencies {" + " id name sector area" * 12 + " } }",
    "equal fields in a fragment that nobody uses": lambda: (
        "{ agencies { id } } fragment F on Agency {" + " id" * 490 + " }"
    ),
    "every pair of fragments": lambda: (
        "{ agencies { "
        + " ".join(f"...F{n}" for n in range(50))
        + " } } "
        + " ".join(f"fragment F{n} on Agency {{ id name sector area }}" for n in range(50))
    ),
    "fragments in a circle": lambda: (
        "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }"
    ),
    "fragments that double forty times": lambda: (
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
        + " fragment F40 on Query { agencies { id } }"
    ),
    "a chain of fragments": lambda: (
        "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(48))
        + " fragment F48 on Query { agencies { id } }"
    ),
    "unknown names": lambda: "{ " + " ".join(f"agencie{n}" for n in range(490)) + " }",
    "quotation marks": lambda: '"' * 32_000,
    "an open block of escapes": lambda: '"""' + '\\"""' * 7_900,
    "open brackets": lambda: "[" * 32_000,
    "a comment": lambda: "#" * 32_000,
    "lists in fields of the schema": lambda: (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name"
        + " }" * 10
    ),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_no_document_however_it_is_made_takes_long(what: str) -> None:
    kept = Documents(SCHEMA, DocumentSettings())
    document = HOSTILE[what]()
    with cheap(0.5), suppress(AskDifferently):  # it may be in order as well
        kept.document(document)


@pytest.mark.parametrize("name", ["__schema", "__type", "on", "query", "fragment"])
def test_a_fragments_name_hides_nothing_from_the_limits(name: str) -> None:
    deep = "agency { " * 11 + "id" + " }" * 11
    text_ = QUESTION % f"{{ answers {{ ...{name} }} }}"
    kept = Documents(SCHEMA, DocumentSettings())
    with pytest.raises(AskDifferently) as refusal:
        kept.document(f"{text_} fragment {name} on AgencyAnswer {{ {deep} }}")
    assert refusal.value.code in {"DOCUMENT_TOO_DEEP", "DOCUMENT_INVALID"}
    assert name == "on" or refusal.value.code == "DOCUMENT_TOO_DEEP"


def test_a_fragment_met_before_at_the_top_counts_as_deep_where_it_stands_deeper() -> None:
    shallow = "fragment F on AgencyAnswer { agency { id } } "
    two = QUESTION % "{ answers { ...F } answers { ...F } }"
    kept = Documents(SCHEMA, DocumentSettings(max_depth=3))
    with pytest.raises(AskDifferently) as refusal:
        kept.document(two + shallow)
    assert refusal.value.code == "DOCUMENT_TOO_DEEP"


def test_depth_is_the_same_with_fragments_and_without() -> None:
    ways = ("agency { id }", "... { agency { id } }", "...F")
    kept = Documents(SCHEMA, DocumentSettings(max_depth=4))
    for way in ways:
        more = " fragment F on AgencyAnswer { agency { id } }" if way == "...F" else ""
        assert kept.document(QUESTION % f"{{ answers {{ {way} }} }}" + more)


def test_aliases_in_a_fragment_count_wherever_it_is_spread() -> None:
    aliased = " fragment F on Agency { " + " ".join(f"a{n}: id" for n in range(20)) + " }"
    kept = Documents(SCHEMA, DocumentSettings())
    with pytest.raises(AskDifferently) as refusal:
        kept.document("{ agencies { ...F } agencies { ...F } }" + aliased)
    assert refusal.value.code == "TOO_MANY_ALIASES"


@given(st.text(max_size=200) | st.text('{}()[]@:."#\\ \n…fragment', max_size=200))
def test_any_text_is_counted_to_its_end_without_a_failure(said: str) -> None:
    *_, counts = scan._counted(f"{said}\n{{")  # noqa: SLF001  # the count as above
    *_, more = scan._counted(f'{said}\n{{\n"""\n"""')  # noqa: SLF001  # as above
    assert 0 < counts.nesting <= counts.tokens <= len(said) + 1
    assert more.tokens >= counts.tokens


@given(
    st.lists(st.sampled_from(["{", "}", "(", ")", "a", "a: b", "@d", "...F", '"s"']), max_size=60)
)
def test_as_many_tokens_are_counted_as_the_parser_reads(pieces: list[str]) -> None:
    said = " ".join(pieces)
    *_, counts = scan._counted(said)  # noqa: SLF001  # the count that the limits are held to
    assert counts.tokens == sum({"a: b": 3, "@d": 2, "...F": 2}.get(each, 1) for each in pieces)
