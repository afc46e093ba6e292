"""The language that a manifest's expressions are in, told by what its documents are."""

from adapters.language import JMESPATH, Language
from adapters.manifest import Manifest
from adapters.xpath import xpath_language


def language_of(manifest: Manifest) -> Language:
    """XPath where a manifest's documents are XML, JMESPath everywhere else."""
    xml_file = manifest.file is not None and manifest.file.format == "xml"
    is_xml = manifest.kind == "soap" or (manifest.kind == "file" and xml_file)
    return xpath_language(manifest.namespaces) if is_xml else JMESPATH
