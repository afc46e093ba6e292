"""A practitioner who asks about the next child before the first answer came sees the next alone."""

import json
import subprocess
from pathlib import Path

from tests.support.adapters.foreign_servers import needed
from tests.support.clients.screens import PAGE


def test_a_late_answer_never_stands_under_another_child() -> None:
    script = Path(__file__).with_name("turns.mjs")
    command = [needed("node"), str(script), (PAGE / "screen.mjs").as_uri()]
    ran = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603
    assert json.loads(ran.stdout) == {
        "shown": [{}, {}, {"child": "Noah", "ended": True}],
        "left": ["Mira"],
    }
