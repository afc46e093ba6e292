"""The variables of the environment that begin like the settings' own, and are none."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from gateway.config.settings_names import NEW_PLACE, PREFIX, nearest, settings_of, variable_of
from gateway.model.errors import ConfigurationFault

# Of the command's own options, and of sources' secrets: none of them is a setting.
_OPTIONS: Final = frozenset(f"{PREFIX}{name}" for name in ("SETTINGS", "GATEWAY", "TOKEN_FILE"))
_FILE: Final = f"{PREFIX}SETTINGS"
_EMPTY: Final = "is set and empty: give it a value, or unset it"
_OF_SOURCES: Final = f"{PREFIX}SOURCE_"
# What Kubernetes sets in every container beside a Service that is named teamaround.
_SERVICE_LINK: Final = re.compile(
    rf"{PREFIX}(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_(ADDR|PORT|PROTO))?)"
)
_OF_KUBERNETES: Final = (
    "Kubernetes sets it for a Service of this name: write enableServiceLinks: false in the pod, or"
    " name the Service otherwise"
)


def variable_faults(
    root: type[BaseModel], environ: Mapping[str, str]
) -> Iterator[ConfigurationFault]:
    """What is wrong with the names of variables, and with those that are set and empty."""
    known = {variable_of(key) for key in settings_of(root)}
    moved = {
        variable_of((old,)): variable_of(tuple(new.split("."))) for old, new in NEW_PLACE.items()
    }
    for variable, value in sorted(environ.items()):
        name = variable.upper()
        if name == _FILE and not value.strip():
            yield ConfigurationFault(_EMPTY, key=variable)
        if not name.startswith(PREFIX) or name in _OPTIONS or name.startswith(_OF_SOURCES):
            continue
        if name not in known:
            yield ConfigurationFault(_unknown(name, value, known, moved), key=variable)
        elif not value.strip():
            yield ConfigurationFault(_EMPTY, key=variable)


def _unknown(name: str, value: str, known: Collection[str], moved: Mapping[str, str]) -> str:
    linked = name.endswith("_PORT") and "://" in value
    if linked or (_SERVICE_LINK.fullmatch(name) and name not in moved):
        return _OF_KUBERNETES
    if name in moved:
        return f"is called {moved[name]} now"
    # What all of them begin with would make any two alike.
    found = {one.removeprefix(PREFIX): one for one in (*known, *moved, *_OPTIONS)}
    near = nearest(name.removeprefix(PREFIX), found)
    if near is None:
        return "unknown variable: unset it; docs/settings.md has those that there are"
    return f"unknown variable; did you mean {moved.get(found[near], found[near])}?"
