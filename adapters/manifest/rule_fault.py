"""A rule of manifests that one of them breaks, and where."""

from dataclasses import dataclass

from adapters.manifest.toml_places import TomlKey


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule broken at `key`; `what` says what to change."""

    key: TomlKey
    what: str
