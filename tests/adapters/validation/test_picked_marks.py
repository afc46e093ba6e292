"""No mark of a child is passed over because another one comes before it in a list."""

import re
from itertools import permutations
from typing import Any

import pytest

from adapters.expressions.language import JMESPATH
from adapters.expressions.xpath import xpath_language
from adapters.manifest.record_map import Value
from adapters.mapping.conversion import to_bool
from adapters.mapping.value import Reading
from adapters.validation.picked_marks import picked
from tests.support.adapters.asking import manifest_of
from tests.support.adapters.problems import problems
from tests.support.agencies import rest_source

MARK = 'restricted = { path = "restricted", codes = "restricted" }'
TABLE = {"restricted": {"N": False, "*": True}}


def with_mark(path: str) -> str:
    text = rest_source("clinic", "http://127.0.0.1:1", says_restricted=True).manifest
    assert MARK in text
    return text.replace(MARK, MARK.replace('path = "restricted"', f'path = "{path}"'))


@pytest.mark.parametrize(
    "path",
    [
        "flags[0].code",
        "flags[-1].code",
        "flags[:1].code",
        "flags[].code | [0]",
        "flags[?kind=='shield'].code | [0]",
        "flags[*].labels[0].code",
        "sort_by(flags, &date)[-1].code",
        "active && flags[0].code || 'N'",
        "{of: flags[0].code}.of",
    ],
)
def test_a_mark_that_takes_one_of_a_list_is_refused(path: str) -> None:
    found = problems(with_mark(path))
    assert found
    assert all("Read each: write [] in place of [0]" in what for _, what in found)


@pytest.mark.parametrize(
    "path",
    [
        "restricted",
        "flags[].code",
        "flags[*].labels[].code",
        "flags[?kind=='shield'].code",
        "flags[?kind=='[0]'].code",
        "contains(flags[].shield, `true`)",
        r"contains(flags, `{\"a\": [0]}`)",
        r"contains(flags, `{\"type\": \"index\", \"children\": []}`)",
    ],
)
def test_a_mark_that_reads_each_of_a_list_is_taken(path: str) -> None:
    assert manifest_of(with_mark(path)).operation


@pytest.mark.parametrize(
    "path",
    [
        "Flag[1]/Code",
        "Flag[ 1 ]/Code",
        "Flags[2]/Flag/Code",
        "Flag[last()]/Code",
        "Flag[position()=1]/Code",
        "Flag[Code[1]='R']/Code",
        "string(Flag/Code)",
        "normalize-space(//Flag/Code)",
        "translate(Flag/Code, 'yn', 'YN')",
        "concat(Flag/Code, '')",
        "substring(Flag/Code, 1, 1)",
    ],
)
def test_a_mark_in_xml_that_takes_one_of_several_elements_is_refused(path: str) -> None:
    assert "Read each: write the path alone" in str(picked(xpath_language({}), path))


@pytest.mark.parametrize(
    "path",
    [
        "Flag/Code",
        "//Flag[Kind='shield']/Code",
        "//Flag[normalize-space(Kind)='shield']/Code",
        "//Flag[Kind='[1]']/Code",
        "boolean(//Flag[Code='R'])",
        "//Flag/Code = 'R'",
        "count(//Flag[Code='R']) > 0",
    ],
)
def test_a_mark_in_xml_that_reads_each_element_is_taken(path: str) -> None:
    assert picked(xpath_language({}), path) is None


@pytest.mark.parametrize("path", ["flags[].code", "flags[?kind=='shield'].code"])
@pytest.mark.parametrize("codes", [*permutations(["N", "N", "R"]), *permutations(["N", None])])
def test_wherever_the_mark_is_in_its_list_the_child_is_restricted(
    path: str, codes: tuple[str | None, ...]
) -> None:
    assert picked(JMESPATH, path) is None
    value = Value.model_validate({"path": path, "codes": "restricted"})
    reading = Reading.of(value, TABLE, to_bool, decides=True)
    flags: list[dict[str, Any]] = [{"kind": "shield", "code": code} for code in codes]
    assert reading.read({"flags": flags}) is True


def test_what_a_service_is_called_may_still_be_the_first_of_several() -> None:
    text = re.sub(r'given_names = "[^"]*"', 'given_names = "names[0].given"', with_mark("flag"))
    assert manifest_of(text).operation
