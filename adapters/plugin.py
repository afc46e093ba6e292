"""The kind `plugin`: a source that somebody else's package opens, found by its entry point."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Final

from adapters.contract import Source
from adapters.egress import Egress
from adapters.manifest import Manifest
from adapters.secrets import Secrets
from adapters.signature import Signer

GROUP: Final = "teamaround.adapters"


class PluginMissing(Exception):
    """The manifest names a plugin that is not installed, or that cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a plugin gets: its manifest, its own secrets, where it may connect, and the present.

    It asks `egress` before it connects anywhere; settings are in `manifest.plugin.settings`. Over
    HTTP it signs its requests with `signer`, where there is one.
    """

    manifest: Manifest
    secrets: Secrets
    egress: Egress
    clock: Callable[[], datetime]
    signer: Signer | None = None


Open = Callable[[Opening], Awaitable[Source]]


def plugin_named(name: str) -> Open:
    """What opens a source of this plugin; PluginMissing if there is none."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        raise PluginMissing(f"no plugin called {name} is installed")
    try:
        opening: Open = found.load()
    except (ImportError, AttributeError):
        raise PluginMissing(f"the plugin called {name} cannot be loaded") from None
    return opening
