"""An XPath expression of a manifest over parsed XML: compiled once, never fails loudly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from lxml import etree

from adapters.expressions.jmespath_expression import ExpressionError, UnreadableError, bounded
from adapters.expressions.language import Language
from adapters.expressions.xpath_cost import refuse_far_reaching
from adapters.expressions.xpath_lost import lost

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
KNOWN_PREFIXES: Final[Mapping[str, str]] = {"soap11": SOAP_11, "soap12": SOAP_12}

TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MOST_DIGITS: Final = 18  # Python refuses to read thousands of them
_NO: Final = frozenset({"false", "0", "no", "n"})
_PROBE: Final = etree.Element("probe")


@dataclass(frozen=True, slots=True)
class XPath:
    """`gives` turns what was found into what is read, unless `lost` finds anything beside it.

    `chooses`: brackets say which elements are meant.
    """

    roots: frozenset[str]
    find: etree.XPath
    gives: Callable[[Any], Any]
    lost: tuple[etree.XPath, ...] = ()
    chooses: bool = False

    @classmethod
    def parse(cls, text: str, namespaces: Mapping[str, str], gives: Callable[[Any], Any]) -> Self:
        """Compile; ExpressionError if it is no XPath 1.0, has unknown names, or reaches too far."""
        try:
            # Regular expressions stay off: one written badly can take minutes over one name.
            find = etree.XPath(text, namespaces=namespaces, regexp=False, smart_strings=False)
            find(_PROBE)
        except (etree.XPathError, ValueError) as error:
            raise ExpressionError(f"no XPath expression: {error}") from None
        refuse_far_reaching(text)
        bare = TEXTS.sub(" ", text)
        return cls(frozenset(_NAME.findall(bare)), find, gives, chooses="[" in bare)

    @classmethod
    def parse_records(cls, text: str, namespaces: Mapping[str, str]) -> Self:
        """As `parse`; where some of the elements would be lost in silence, none can be read."""
        whole = cls.parse(text, namespaces, _items)
        beside = tuple(etree.XPath(one, namespaces=namespaces, regexp=False) for one in lost(text))
        return replace(whole, lost=beside)

    def read(self, document: Any) -> Any:
        """What `gives` makes of what is found; UnreadableError if the document does not suit."""
        found = self.gives(_evaluated(self.find, document))
        if found and any(_evaluated(one, document) for one in self.lost):
            raise UnreadableError("some of the elements are not as the expression expects")
        return found

    def holds(self, document: Any) -> bool:
        """Whether it is true, or finds anything; an element that says itself "no" is not there.

        It says so by `xsi:nil` or by the text false, 0 or no, unless brackets asked for its text.
        """
        try:
            found = _evaluated(self.find, document)
        except UnreadableError:
            return False
        if not isinstance(found, list):
            return found is True
        return any(self.chooses or not _says_no(one) for one in found)


def _says_no(item: Any) -> bool:
    if etree.iselement(item) and item.get(_NIL, "").strip() in ("true", "1"):
        return True
    leaf = not etree.iselement(item) or not len(item)
    return leaf and text_of(item).strip().lower() in _NO


def _evaluated(find: etree.XPath, document: Any) -> Any:
    try:
        found = find(document)
    except (etree.XPathError, TypeError, ValueError):
        raise UnreadableError("the expression does not suit the document") from None
    return bounded(found)


def xpath_language(namespaces: Mapping[str, str]) -> Language:
    """XPath 1.0 with a manifest's prefixes, and `soap11` and `soap12` for the envelope."""
    known = {**KNOWN_PREFIXES, **namespaces}
    return Language(
        value=lambda text: XPath.parse(text, known, _value),
        items=lambda text: XPath.parse(text, known, _items),
        records=lambda text: XPath.parse_records(text, known),
        codes=lambda text: XPath.parse(text, known, _value),
    )


def _items(found: Any) -> list[Any]:
    if not isinstance(found, list) or not all(etree.iselement(item) for item in found):
        raise UnreadableError("the expression gives no elements")
    return found


def _value(found: Any) -> Any:
    # None for nothing, one text for one element or attribute, a list of texts for several.
    if isinstance(found, list):
        texts = [text_of(item) for item in found]
        return texts if len(texts) > 1 else next(iter(texts), None)
    if isinstance(found, float):
        return int(found) if found.is_integer() else None
    return found


def text_of(item: Any) -> str:
    """All text inside of an element; an attribute as it is."""
    return "".join(map(str, item.itertext())) if etree.iselement(item) else str(item)


def whole_number(value: Any) -> int | None:
    """The number that an XPath gives, from 0; None if it gives none that can be a count."""
    text = str(value).strip()
    counts = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if counts else None
