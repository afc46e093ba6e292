"""Prints the licences of a CycloneDX file, each with its packages: `licences.py sbom.json`.

Ends with 1 if a package states none, and names it: somebody has to read that package.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

# Packages whose metadata state nothing, as the licence file in their wheel says.
READ_IN_THE_WHEEL: Final[Mapping[str, str]] = {
    "cedarpy": "Apache-2.0",
    "protobuf": "BSD-3-Clause",
}
_NONE: Final = "not stated"


def licences(bill: Mapping[str, Any]) -> dict[str, list[str]]:
    """The packages of each licence, name and version, in order."""
    found = defaultdict[str, list[str]](list)
    for component in sorted(bill["components"], key=lambda one: str(one["name"]).lower()):
        stated = " and ".join(sorted(set(_stated(component)))) or _read(component["name"])
        found[stated].append(f"{component['name']} {component['version']}")
    return dict(sorted(found.items()))


def _stated(component: Mapping[str, Any]) -> Iterator[str]:
    for each in component.get("licenses", ()):
        told = each.get("license", {})
        name = each.get("expression") or told.get("id") or told.get("name")
        if name:
            yield name.rpartition(" :: ")[2]


def _read(name: str) -> str:
    return READ_IN_THE_WHEEL.get(name, _NONE)


def main(file: Path) -> int:
    """Print the table; 1 if a package states no licence."""
    found = licences(json.loads(file.read_text("utf-8")))
    for licence, packages in found.items():
        sys.stdout.write(f"{licence}: {', '.join(packages)}\n")
    if _NONE in found:
        sys.stderr.write("read these packages' licence and add it to licences.py: ")
        sys.stderr.write(", ".join(found[_NONE]) + "\n")
    return int(_NONE in found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
