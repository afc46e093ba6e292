"""The kind `plugin`: a source that somebody else's package opens, found by its entry point."""

import re
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from adapters.contract.contract import Source
from adapters.contract.paths import COMPILED, Paths
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import SecretTexts
from adapters.network.signature import Signer
from adapters.network.stream import Connect
from adapters.plugins.moved import moved_to

GROUP: Final = "teamaround.adapters"
# Those of them that connect by `Opening.connect` alone, so that a recorded reply can stand in.
REPLAYED: Final = "teamaround.replays"
_MISSING: Final = re.compile(r"cannot import name '(\w+)'")


class PluginMissing(Exception):
    """The manifest names a plugin that is not installed, or that cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a plugin gets: its manifest, its own secrets, where it may connect, and the present.

    It connects by `connect`, which asks `egress`; by other means only after asking that itself.
    Settings are in `manifest.plugin.settings`. Over HTTP it signs its requests with `signer`, where
    there is one. `paths` says whether answers may be read by what is compiled for the manifest.
    """

    manifest: Manifest
    secrets: SecretTexts
    egress: Egress
    clock: Callable[[], datetime]
    connect: Connect
    signer: Signer | None = None
    paths: Paths = COMPILED


Open = Callable[[Opening], Awaitable[Source]]


def plugin_named(name: str, group: str = GROUP) -> Open:
    """What opens a source of this plugin; PluginMissing if there is none in the group."""
    found = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        raise PluginMissing(f"no plugin called {name} is installed")
    try:
        opening: Open = found.load()
    except Exception as error:
        raise PluginMissing(_why_not(name, error)) from error
    return opening


def place_of(bug: BaseException) -> str:
    """What a plugin raised, and where: a type, a file's name and a line, and nothing of a child."""
    frames = traceback.extract_tb(bug.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith("<frozen ")]
    where = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return f"{type(bug).__name__}{where}"


def _why_not(name: str, error: Exception) -> str:
    for old in _imported(error):
        new = moved_to(old)
        if new is not None:
            return f"the plugin called {name} imports {old}, which has moved: import {new} instead"
    return f"the plugin called {name} cannot be loaded: {place_of(error)}"


def _imported(error: Exception) -> list[str]:
    if not isinstance(error, ImportError) or error.name is None:
        return []
    # Of `from package import module` Python 3.11 tells the module's name in the message alone.
    missing = _MISSING.match(error.msg)
    return [f"{error.name}.{missing[1]}", error.name] if missing else [error.name]


def plugin_of(manifest: Manifest) -> str:
    """The name of the plugin that a manifest wants."""
    return "" if manifest.plugin is None else manifest.plugin.use


def unreplayed(manifest: Manifest) -> str | None:
    """Why the examples of a plugin's manifest cannot be read again here; None if they can."""
    name = plugin_of(manifest)
    if not entry_points(group=GROUP, name=name):
        return f"no plugin called {name} is installed here"
    if not entry_points(group=REPLAYED, name=name):
        return f"the plugin called {name} has no entry point in {REPLAYED}"
    return None
