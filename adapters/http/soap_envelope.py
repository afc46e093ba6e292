"""A SOAP envelope as an agency's documentation shows it, filled in without building text."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from lxml import etree

from adapters.contract.contract import Malformed, MoreNeeded
from adapters.expressions.xml_document import parse_xml
from adapters.expressions.xpath import SOAP_11, SOAP_12
from adapters.manifest.placeholder import PLACEHOLDER, as_value, filled, unsaid


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
            raise EnvelopeError("not well-formed XML; a placeholder goes into a text or attribute")
        name = etree.QName(root)
        if name.localname != "Envelope" or name.namespace not in (SOAP_11, SOAP_12):
            raise EnvelopeError("its root must be the Envelope of SOAP 1.1 or SOAP 1.2")
        if any("{" in (element.tail or "") for element in root.iter()):
            raise EnvelopeError(
                "a placeholder needs an element to itself, without text beside elements"
            )
        if any("{" in rest or "}" in rest for rest in map(_bare, _texts(root))):
            raise EnvelopeError("a placeholder is like {nhs_number} or {sex?}")
        return cls(root, str(name.namespace))

    def filled(self, given: Mapping[str, str]) -> bytes | MoreNeeded:
        """The envelope with its values; an element whose optional value is unknown is left out.

        MoreNeeded for a value that must be there and cannot be said.
        """
        missing = unsaid(_texts(self.root), given, as_value)
        if missing:
            return MoreNeeded(tuple(sorted(missing)))
        root = copy.deepcopy(self.root)
        for element in list(root.iter()):
            if not _known(element, given):
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
    return (text for element in root.iter() for text in _own(element))


def _own(element: Any) -> tuple[str, ...]:
    return (element.text or "", *map(str, element.attrib.values()))


def _bare(text: str) -> str:
    return PLACEHOLDER.sub("", text)


def _known(element: Any, given: Mapping[str, str]) -> bool:
    return all(filled(text, given, as_value) is not None for text in _own(element))


def _put(text: str | None, given: Mapping[str, str]) -> str | None:
    return text if text is None else filled(text, given, as_value)
