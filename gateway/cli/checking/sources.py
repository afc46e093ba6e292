"""What is wrong with the operator's file, the manifests, their rules and their secrets."""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from adapters.manifest.auth import Secret
from adapters.manifest.manifest import Manifest
from adapters.manifest.toml_places import TomlKey, places
from adapters.network.egress import EgressRefused
from adapters.network.named_secrets import secrets_in
from adapters.network.secrets import SecretMissing, Secrets, prefix_of
from gateway.config.operator_file import OperatorFile, read_operator_file
from gateway.config.settings import Settings
from gateway.config.settings_names import nearest
from gateway.config.settings_text import SettingsText
from gateway.config.state_folder import LEDGER_FILE
from gateway.config.toml_table import fault_at
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationFault, ConfigurationInvalid
from gateway.policy.rules.lint import Estate
from gateway.policy.rules.reading import read_rules, read_tables
from gateway.policy.rules.rule import RuleInvalid
from gateway.policy.rules.rule_set import Baseline
from gateway.registry.desired_state import SourceVersion, held_by, ungranted, unreached
from gateway.registry.files import ManifestFile, filed_and_faults

_OF_SOURCES: Final = "TEAMAROUND_SOURCE_"


async def source_faults(settings: Settings, written: SettingsText) -> list[ConfigurationFault]:
    """Every fault of the sources, and of what the operator says of them."""
    found: list[ConfigurationFault] = []
    folder = settings.files.manifests
    if not folder.is_dir():
        _, faults = _operator(settings, written)
        what = f"{folder} is not a folder"
        return [*faults, *written.faults([(("files", "manifests"), what)])]
    filed, unread = filed_and_faults(folder)
    found += [*unread, *_never_read(folder), *_rule_faults(filed)]
    operator, faults = _operator(settings, written)
    if operator is None:
        return [*found, *faults]
    if not (filed or unread or _may_be_registered(settings)):
        found += written.faults([(("files", "manifests"), "the folder holds no *.toml file")])
    granted = list(held_by(filed, operator))
    found += [*ungranted(filed, operator), *unreached(granted, operator)]
    found += _unknown_agencies(settings.files.operator, operator)
    found += _variable_faults(filed, operator)
    for held in granted:
        found += await _unopened(held, settings)
    return found


def _operator(
    settings: Settings, written: SettingsText
) -> tuple[OperatorFile | None, list[ConfigurationFault]]:
    """The operator's file, or what to change in it; at its setting where there is no such file."""
    file = settings.files.operator
    try:
        return read_operator_file(file), []
    except ConfigurationInvalid as error:
        if all(fault.line for fault in error.faults):
            return None, list(error.faults)
        told = [(("files", "operator"), f"{file}: {fault.what}") for fault in error.faults]
        return None, list(written.faults(told))


def _may_be_registered(settings: Settings) -> bool:
    """Whether a source may have been registered while running: only the ledger knows."""
    return bool(settings.log.dsn) or (settings.files.state / LEDGER_FILE).exists()


def _never_read(folder: Path) -> Iterator[ConfigurationFault]:
    """Files that look like manifests or rules, and that no gateway would read."""
    for file in sorted(folder.iterdir()):
        if file.name.lower().endswith((".toml", ".toml.txt")) and file.suffix != ".toml":
            what = "is not read, so its agency is not asked: have its name end in .toml"
            yield ConfigurationFault(what, str(file))
        if file.suffix == ".cedar" and not file.with_suffix(".toml").exists():
            what = f"its rules do not count: there is no manifest {file.stem}.toml beside it"
            yield ConfigurationFault(what, str(file))


def _rule_faults(filed: Collection[ManifestFile]) -> Iterator[ConfigurationFault]:
    """Rules that cannot be used, each document by itself."""
    schema, owned = Baseline.at().schema, defaultdict[str, set[str]](set)
    for each in filed:
        owned[each.manifest.source.agency].add(each.manifest.source.id)
    for each in filed:
        source = each.manifest.source
        estate = Estate(source.agency, frozenset(owned[source.agency]))
        yield from _refused(each.file, partial(read_tables, each.manifest, schema, estate))
        if each.rules is not None:
            file = each.file.with_suffix(".cedar")
            yield from _refused(file, partial(read_rules, each.rules, file.name, schema, estate))


def _refused(file: Path, read: Callable[[], object]) -> Iterator[ConfigurationFault]:
    try:
        read()
    except RuleInvalid as error:
        yield from (replace(fault, file=str(file)) for fault in error.faults)


def _unknown_agencies(file: Path, operator: OperatorFile) -> Iterator[ConfigurationFault]:
    """Agencies that the operator's file speaks of, and that no source is granted to."""
    known = {each.agency for each in operator.grant}
    text = file.read_text("utf-8")
    for table in ("privacy_officer", "disclosure"):
        for place, each in enumerate(getattr(operator, table)):
            if each.agency is not None and each.agency not in known:
                near = nearest(each.agency, known)
                hint = f"; did you mean {near}?" if near else ""
                what = f"no [[grant]] names an agency of this id{hint}"
                yield fault_at(file, places(text), (table, place, "agency"), what)


def _variable_faults(
    filed: Collection[ManifestFile], operator: OperatorFile
) -> Iterator[ConfigurationFault]:
    """Variables of secrets that no source asks for."""
    sources = {each.source for each in operator.grant}
    asked = {name for each in filed for name in _variables(each.manifest)}
    in_folder = {each.manifest.source.id for each in filed}
    others = tuple(prefix_of(source) for source in sources - in_folder)
    for name in sorted(os.environ):
        if name.startswith(_OF_SOURCES) and name not in asked and not name.startswith(others):
            near = nearest(name, asked)
            hint = f"; did you mean {near}?" if near else ": unset it"
            yield ConfigurationFault(f"no manifest asks for it{hint}", key=name)


def _variables(manifest: Manifest) -> Iterator[str]:
    return (secret.env for _, secret in secrets_in(manifest) if secret.env is not None)


async def _unopened(held: SourceVersion, settings: Settings) -> list[ConfigurationFault]:
    """Why a source could not be opened: its secrets, and places that are not granted."""
    file = held.file or Path(held.id)
    lines = places(held.text)
    secrets = Secrets(held.id, os.environ, settings.files.secrets, held.near)
    missing = [
        fault_at(file, lines, key, what)
        for key, secret in secrets_in(held.manifest)
        if (what := _missing(secrets, secret)) is not None
    ]
    if missing or held.manifest.kind == "plugin":
        return missing  # whose code is run by no check
    # The kinds and their libraries, which a manifest without its secrets does not come to.
    from adapters.kinds import UnknownKind, open_adapter

    try:
        egress = held.grant.egress(settings.own_stores)
        opened = await open_adapter(
            held.manifest, secrets=secrets, egress=egress, clock=Clock().now
        )
        await opened.aclose()
    except (SecretMissing, EgressRefused, UnknownKind, ValueError) as error:
        key, what = _at(str(error))
        return [fault_at(file, lines, key, what)]
    return []


def _missing(secrets: Secrets, secret: Secret) -> str | None:
    try:
        secrets.text(secret)
    except SecretMissing as error:
        return str(error)
    return None


def _at(refusal: str) -> tuple[TomlKey, str]:
    """The key that a refusal begins with: "source.base_url is not among ..."."""
    name, _, what = refusal.partition(" ")
    if name in {"source.base_url", "auth.token_url", "source.dsn"}:
        return tuple(name.split(".")), what
    return ("source",), refusal
