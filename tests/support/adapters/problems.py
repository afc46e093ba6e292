"""What a manifest's text is refused for."""

import pytest

from adapters.validation.loading import ManifestInvalid
from tests.support.adapters.asking import manifest_of


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ManifestInvalid) as caught:
        manifest_of(text)
    lines = text.splitlines()
    return [(lines[p.line - 1], f"{p.key}: {p.what}") for p in caught.value.problems]
