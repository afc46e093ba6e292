"""A SOAP envelope as an agency's documentation shows it, filled in without building text."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from lxml import etree

from adapters.contract import Malformed
from adapters.xml_document import parse_xml
from adapters.xpath import SOAP_11, SOAP_12

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(\?)?\}")


class EnvelopeError(ValueError):
    """The text is no SOAP envelope; the message says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed template; a value becomes text of an element or attribute and nothing else."""

    root: Any
    namespace: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the template; EnvelopeError unless it is an Envelope of SOAP 1.1 or 1.2."""
        root = parse_xml(text.strip().encode())
        if isinstance(root, Malformed):
            raise EnvelopeError("no well-formed XML; a placeholder stands in a text or attribute")
        name = etree.QName(root)
        if name.localname != "Envelope" or name.namespace not in (SOAP_11, SOAP_12):
            raise EnvelopeError("its root is the Envelope of SOAP 1.1 or SOAP 1.2")
        if any("{" in (element.tail or "") for element in root.iter()):
            raise EnvelopeError("a placeholder has an element to itself, no text beside elements")
        if any("{" in rest or "}" in rest for rest in map(_bare, _texts(root))):
            raise EnvelopeError("a placeholder is like {nhs_number} or {sex?}")
        return cls(root, str(name.namespace))

    def filled(self, given: Mapping[str, str]) -> bytes:
        """The envelope with its values; an element whose optional value is unknown is left out."""
        root = copy.deepcopy(self.root)
        for element in list(root.iter()):
            if _unknown(element, given):
                element.getparent().remove(element)
                continue
            element.text = _put(element.text, given)
            for name, value in element.attrib.items():
                element.set(name, _put(value, given))
        return etree.tostring(root, encoding="utf-8", xml_declaration=True)

    def media_type(self, action: str | None) -> dict[str, str]:
        """The headers that say what this is, and which action of the service is meant."""
        if self.namespace == SOAP_12:
            said = "" if action is None else f'; action="{action}"'
            return {"Content-Type": f"application/soap+xml; charset=utf-8{said}"}
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action or ""}"'}


def _texts(root: Any) -> Iterator[str]:
    for element in root.iter():
        yield from (element.text or "", *map(str, element.attrib.values()))


def _bare(text: str) -> str:
    return _PLACEHOLDER.sub("", text)


def _unknown(element: Any, given: Mapping[str, str]) -> bool:
    texts = (element.text or "", *map(str, element.attrib.values()))
    named = (found for text in texts for found in _PLACEHOLDER.findall(text))
    return any(optional and not given.get(name) for name, optional in named)


def _put(text: str | None, given: Mapping[str, str]) -> str | None:
    if text is None or "{" not in text:
        return text
    # A character that XML cannot carry cannot be in a name either.
    return _PLACEHOLDER.sub(lambda found: _carried(given.get(found.group(1), "")), text)


def _carried(value: str) -> str:
    return "".join(char for char in value if char.isprintable())
