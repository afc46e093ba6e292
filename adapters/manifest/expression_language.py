"""The language that a manifest's expressions are in, told by what its documents are."""

from adapters.expressions.language import JMESPATH, Language
from adapters.expressions.xpath import xpath_language
from adapters.manifest.manifest import Manifest


def language_of(manifest: Manifest) -> Language:
    """XPath where a manifest's documents are XML, JMESPath everywhere else."""
    xml_file = manifest.file is not None and manifest.file.format == "xml"
    is_xml = manifest.kind == "soap" or (manifest.kind == "file" and xml_file)
    return xpath_language(manifest.namespaces) if is_xml else JMESPATH
