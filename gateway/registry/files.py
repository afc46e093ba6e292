"""The operator's files as they stand at one moment: manifests, rules beside them, the grants."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.manifest.manifest import Manifest
from adapters.manifest.toml_places import places
from adapters.validation.loading import ManifestInvalid, manifest_text, parse_manifest
from gateway.config.operator_file import OperatorFile, parse_operator_file
from gateway.config.settings_tables import FileSettings
from gateway.config.toml_table import fault_at, read_toml
from gateway.graphql.trusted.manifests import DocumentManifest, read_manifests_of_documents
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid
from gateway.policy.rules.rule_set import Baseline, RuleSet, open_rule_set


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One manifest of the folder, verbatim and read, with the Cedar beside it by the same name."""

    file: Path
    manifest: Manifest
    text: str = field(repr=False)
    rules: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OperatorFiles:
    """All that the operator's files say; `digest` is a SHA-256 over their bytes, in hex.

    `documents` are the manifests of trusted documents, None where any document is answered.
    """

    operator: OperatorFile
    filed: tuple[ManifestFile, ...]
    digest: str
    documents: tuple[DocumentManifest, ...] | None = None


def read_folder(files: FileSettings, revocations: Path | None) -> OperatorFiles:
    """Read every file once; ConfigurationInvalid names all that is wrong, by file and line.

    The list of revocations counts towards the digest; it is read itself at every question.
    """
    operator = read_toml(files.operator)
    filed = read_filed(files.manifests)
    # As it was read before 0.2, so that replicas of both agree on what they have.
    parts = [("operator", operator.replace("\r\n", "\n").encode())]
    parts += [(each.manifest.source.id, each.text.encode()) for each in filed]
    parts += [(f"{e.manifest.source.id}.cedar", e.rules.encode()) for e in filed if e.rules]
    if revocations is not None:
        parts.append(("revocations", _text(revocations).encode()))
    documents = None if files.documents is None else read_manifests_of_documents(files.documents)
    parts += [(f"documents/{each.file.name}", each.content) for each in documents or ()]
    said = parse_operator_file(operator, files.operator)
    return OperatorFiles(said, filed, _digest(parts), documents)


def read_filed(folder: Path) -> tuple[ManifestFile, ...]:
    """Every manifest of a folder, by file name; ConfigurationInvalid names all that is wrong.

    A folder without any is in order here: the sources may all be registered while running.
    """
    if not folder.is_dir():
        raise ConfigurationInvalid(f"files.manifests: {folder} is not a folder")
    filed, faults = filed_and_faults(folder)
    if faults:
        raise ConfigurationInvalid(*faults)
    return filed


def filed_and_faults(
    folder: Path,
) -> tuple[tuple[ManifestFile, ...], tuple[ConfigurationFault, ...]]:
    """Every manifest of a folder that can be read, and what to change in the others."""
    found: list[ManifestFile] = []
    faults: list[ConfigurationFault] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            text = manifest_text(file)
            found.append(ManifestFile(file, parse_manifest(text, file), text, _beside(file)))
        except ManifestInvalid as error:
            faults += [
                ConfigurationFault(one.what, str(file), one.line, one.key) for one in error.problems
            ]
        except ConfigurationInvalid as error:
            faults += error.faults
    return tuple(found), (*faults, *_twice(found))


def read_manifests(folder: Path) -> Mapping[Path, Manifest]:
    """The manifests of a folder that has any, by file; ConfigurationInvalid names what is wrong."""
    filed = read_filed(folder)
    if not filed:
        raise ConfigurationInvalid(f"files.manifests: {folder} holds no *.toml file")
    return {each.file: each.manifest for each in filed}


def read_rule_set(manifests: Mapping[Path, Manifest]) -> RuleSet:
    """The rules of these manifests and of the Cedar that stands beside them, by the same name."""
    written = {manifest.source.id: _beside(file) for file, manifest in manifests.items()}
    given = {source: text for source, text in written.items() if text is not None}
    return open_rule_set(Baseline.at(), manifests.values(), given)


def _beside(file: Path) -> str | None:
    cedar = file.with_suffix(".cedar")
    return _text(cedar) if cedar.exists() else None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """Each part by its name and length, so that no text can move from one to the next."""
    whole = hashlib.sha256()
    for name, content in sorted(parts):
        whole.update(b"%b %d\n" % (name.encode(), len(content)))
        whole.update(content)
    return whole.hexdigest()


def _twice(filed: Iterable[ManifestFile]) -> Iterator[ConfigurationFault]:
    first: dict[str, Path] = {}
    for each in filed:
        source = each.manifest.source.id
        before = first.setdefault(source, each.file)
        if before != each.file:
            what = f"two manifests are of source {source}: {before.name} is the other"
            yield fault_at(each.file, places(each.text), ("source", "id"), what)
