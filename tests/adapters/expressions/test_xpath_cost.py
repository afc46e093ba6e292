"""An XPath that takes the square of a document is refused, and what manifests need is not."""

import pytest

from adapters.expressions.jmespath_expression import ExpressionError, UnreadableError
from adapters.expressions.xml_document import MOST_ELEMENTS, parse_xml
from adapters.expressions.xpath import xpath_language

LANGUAGE = xpath_language({"n": "urn:n"})
IN_BRACKETS = "a path in brackets"
HOSTILE = {
    "//a[//b[//c = 1]]": IN_BRACKETS,
    "//a[count(../b) = 1]": IN_BRACKETS,
    "a[contains(/r, 'z')]": IN_BRACKETS,
    "a[b or /r/c]": IN_BRACKETS,
    "a[2 * /r/c]": IN_BRACKETS,
    "a[and * /r/c]": IN_BRACKETS,
    "a[* * /r/c]": IN_BRACKETS,
    "a[count(/r/c) = 1]": IN_BRACKETS,
    "a[ancestor ::b]": "the axis ancestor is not used",
    "a[descendant::b]": IN_BRACKETS,
    "a[.//b]": IN_BRACKETS,
    "//a//b": "one path has one //",
    "//a/descendant::b": "one path has one //",
    "//a[1]//b": "one path has one //",
    "//a[concat(b, c) = 'x']//b": "one path has one //",
    "//a/node()//b": "one path has one //",
    "(//a | b//c)//d": "one path has one //",
    "a/following-sibling::b": "the axis following-sibling is not used",
    "b[preceding-sibling::b]": "the axis preceding-sibling is not used",
    "a/ancestor::b": "the axis ancestor is not used",
    "a/parent::b": "the axis parent is not used",
    "//a = //b": "compare with a text",
    "b != b": "compare with a text",
    "a[b = c]": "compare with a text",
    "a[text() = c/text()]": "compare with a text",
    "(a | b) < c": "compare with a text",
    "//a/..": "a path goes up at its beginning",
    "//..": "a path goes up at its beginning",
    "a | b/..": "a path goes up at its beginning",
    "a/b/../../c": "a path goes up at its beginning",
    "*/../*/../*": "a path goes up at its beginning",
    "a[b[c[d[e]]]]": "brackets within brackets",
    "id('a')": "id() needs",
}
KEPT = [
    "//n:Child",
    "/r/n:Child[@type='present']/n:Name",
    "ChildIdentifiers/Sex | ChildIdentifiers/GenderCurrent",
    "../../Header/Date",
    "Given | ../Given",
    "//n:Child | //n:Pupil",
    "//n:Child and //n:Pupil",
    "count(//n:Child) + count(//n:Pupil)",
    "* * 2",
    "div/and/or/mod",
    "count(//n:Child) = 0",
    "0 = count(//n:Child)",
    "a[string(b) = string(c)]",
    "a[position() < 3][not(b)]/c[last()]",
    "descendant::n:Child[n:Id[@system = 'x'] and n:Name]",
    "//n:Fault/faultcode = 'soap:Client'",
    "concat(Given, ' ', Family)",
    "self::node()/child::a/@b",
    "a[b * 2 > 4]",
    "a.b-c/d_e",
    ".",
]


@pytest.mark.parametrize(("text", "what"), HOSTILE.items(), ids=HOSTILE)
def test_a_path_that_takes_the_square_of_a_document_is_refused(text: str, what: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        LANGUAGE.value(text)
    assert what in str(refused.value)


@pytest.mark.parametrize("text", KEPT)
def test_what_manifests_say_in_xpath_is_not_refused(text: str) -> None:
    assert LANGUAGE.value(text) is not None


def test_a_document_of_more_elements_than_is_read_is_no_answer() -> None:
    whole = f"<r>{'<a/>' * (MOST_ELEMENTS - 1)}</r>".encode()
    assert len(parse_xml(whole)) == MOST_ELEMENTS - 1
    assert parse_xml(whole.replace(b"</r>", b"<a/></r>")).rule == "too_large"


def test_a_text_that_grows_past_what_is_read_is_unreadable() -> None:
    root = parse_xml(f"<r>{'x' * 400_000}</r>".encode())
    with pytest.raises(UnreadableError, match="more from the document"):
        LANGUAGE.value("concat(., ., .)").read(root)
