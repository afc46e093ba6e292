"""A manifest's expression is compiled once in a process, and no manifest fills the memory so."""

import json

import pytest

from adapters.expressions.jmespath_expression import Expression, ExpressionError


def test_manifests_that_say_the_same_share_what_was_compiled() -> None:
    assert Expression.parse("name[0].family") is Expression.parse("name[0].family")


def test_an_expression_that_must_lose_no_item_is_another_than_one_that_may() -> None:
    text, document = "child[].name", {"child": [{"name": "Mira"}, {"name": None}]}
    Expression.parse(text)
    assert Expression.parse_items(text).read(document) == ["Mira", None]
    assert Expression.parse(text).read(document) == ["Mira"]


def test_a_mistake_is_told_each_time_that_it_is_read() -> None:
    for _ in range(2):
        with pytest.raises(ExpressionError):
            Expression.parse("name[")


def test_what_one_child_is_read_by_keeps_nothing_for_the_next() -> None:
    reads = Expression.parse("name[?use=='usual'].family | [0]")
    assert reads.read({"name": [{"use": "usual", "family": "Ashdown"}]}) == "Ashdown"
    assert Expression.parse("name[?use=='usual'].family | [0]").read({"name": []}) is None


def test_a_long_expression_is_compiled_each_time_so_that_no_manifest_fills_the_memory() -> None:
    short, long = "x" * 256, "x" * 257
    assert Expression.parse(short) is Expression.parse(short)
    assert Expression.parse(long) is not Expression.parse(long)


@pytest.mark.parametrize(
    "written",
    ['{"code": "N"}', '{"type": "field", "value": "mark", "children": []}', '{"value": {"a": 1}}'],
)
def test_an_object_in_an_expression_is_a_value_and_no_part_of_it(written: str) -> None:
    found = Expression.parse(f"flag == `{written}`")
    assert found.roots == {"flag"}
    assert found.holds({"flag": json.loads(written)})
