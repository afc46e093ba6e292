"""A source of sensitive services alone has to be a sensitive source, or its row tells the kind."""

import pytest

from tests.support.adapters.asking import PUPIL, manifest_of, manifest_text
from tests.support.adapters.problems import problems

INVOLVED = """
[[operation.involvement]]
service = { value = "Counselling" }
"""
CODES = """
[codes.kind]
A = true
"*" = true
"""
MIXED = CODES.replace("A = true", "A = false")


def source(*marks: str, codes: str = "", sensitive: bool = False) -> str:
    """A manifest with a section of involvements for each mark."""
    sections = "".join(f"{INVOLVED}{mark}\n" for mark in marks)
    says = "sensitive = true\n" if sensitive else ""
    return manifest_text("rest", "https://clinic.example", PUPIL + sections + codes, says)


def xml(mark: str) -> str:
    """The same in a file of XML, whose expressions are XPath."""
    operation = f"""
[file]
format = "xml"
[[operation]]
name = "by-upn"
file = "roll.xml"
by = ["upn"]
records = "children/child"
[operation.map]
record_id = "id"
family_name = "surname"
birth_date = "dob"
upn = "upn"
{INVOLVED}{mark}
"""
    return manifest_text("file", "file:///roll", operation)


@pytest.mark.parametrize(
    "text",
    [
        source("sensitive = { value = true }"),
        source('sensitive = { value = "yes" }'),
        source('sensitive = { value = "A", codes = "kind" }', codes=CODES),
        source('sensitive = { path = "kind", codes = "kind" }', codes=CODES),
        source('sensitive = "`true`"'),
        source("sensitive = \"'yes'\""),
        source('sensitive = { path = "`\\"A\\"`", codes = "kind" }', codes=CODES),
        source("sensitive = { value = true }", 'sensitive = "`true`"'),
        xml('sensitive = "true()"'),
        xml("sensitive = \"'yes'\""),
    ],
)
def test_a_clinic_that_could_say_nothing_else_has_to_be_a_sensitive_source(text: str) -> None:
    ((_, problem),) = problems(text)
    assert problem.startswith("operation[0].involvement[0].sensitive: every involvement")
    assert "Set sensitive = true in [source]" in problem


@pytest.mark.parametrize(
    "text",
    [
        source(),
        source(""),
        source("sensitive = { value = true }", ""),
        source("sensitive = { value = true }", "sensitive = { value = false }"),
        source("sensitive = { value = true }", sensitive=True),
        source('sensitive = { path = "kind", codes = "kind" }', codes=MIXED),
        source('sensitive = { value = "A", codes = "kind" }', codes=MIXED),
        source('sensitive = "secret"'),
        source('sensitive = "@"'),
        source('sensitive = { path = "@", codes = "kind" }', codes=MIXED),
        source('sensitive = "!public"'),
        xml('sensitive = "."'),
        xml('sensitive = "not(@public)"'),
    ],
)
def test_a_trust_that_may_say_something_else_keeps_its_own_row(text: str) -> None:
    assert manifest_of(text).source.id == "some-source"


def test_a_code_that_nobody_told_us_is_never_taken_for_harmless() -> None:
    harmless = CODES.replace('"*" = true', '"*" = false')
    (found,) = problems(source('sensitive = { path = "kind", codes = "kind" }', codes=harmless))
    assert 'decides "sensitive": write "*" = true' in found[1]
