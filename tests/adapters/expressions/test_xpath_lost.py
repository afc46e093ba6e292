"""An XPath for records loses no child in silence beside those that it finds."""

import pytest
from lxml import etree

from adapters.expressions.jmespath_expression import UnreadableError
from adapters.expressions.xpath import xpath_language

RECORDS = xpath_language({"n": "urn:n"}).records
ANN = "<Row><Person><Name>Ann</Name><Active>true</Active></Person></Row>"


def names(path: str, rows: str) -> list[str]:
    found = RECORDS(path).read(etree.fromstring(f"<Rows>{rows}</Rows>"))
    return [one.findtext("Name") for one in found]


@pytest.mark.parametrize("path", ["Row/Person", "//Row/Person", "//Person[Active='true']"])
def test_a_child_is_found_and_nobody_else_is_missed(path: str) -> None:
    assert names(path, ANN) == ["Ann"]
    assert names(path, f"{ANN}<Row/>") == ["Ann"]
    assert names(path, "") == []


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("Row/Person", "<Row><Denied/></Row>"),
        ("//Row/Person", "<Row><person><Name>Bea</Name></person></Row>"),
        ("//Person[Active='true']", "<Row><Person><Name>Bea</Name></Person></Row>"),
        ("//Person[Active='true' and Name]", "<Row><Person><Active>false</Active></Person></Row>"),
        ("//Row/Person[starts-with(Name, 'A')]", "<Row><Person><Nom>Bea</Nom></Person></Row>"),
    ],
)
def test_a_row_that_says_something_else_makes_the_answer_unreadable(path: str, beside: str) -> None:
    with pytest.raises(UnreadableError):
        names(path, ANN + beside)


def test_a_row_that_the_brackets_leave_out_by_what_it_says_is_left_out() -> None:
    left = "<Row><Person><Name>Bea</Name><Active>false</Active></Person></Row>"
    assert names("//Person[Active='true']", ANN + left) == ["Ann"]
