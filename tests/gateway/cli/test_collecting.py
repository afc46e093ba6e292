"""What Python frees only by looking for it does not pile up while a gateway serves."""

import subprocess
import sys
from typing import Final

_SERVED: Final = """
import gc
from weakref import ref
from gateway.cli.serving.serve import spare_the_collector

class Answer:
    pass

gc.disable()
code = [[number] for number in range(800_000)]
gc.enable()
spare_the_collector()
answer = Answer()
answer.itself = answer
gone = ref(answer)
gc.collect(1)  # it was under way meanwhile, and is now among what is seldom looked at
del answer
for _ in range(300):
    [[] for _ in range(11_000)]  # what some ten thousand questions make
print(gone() is None)
"""


def test_what_an_old_answer_left_is_freed_within_some_thousand_questions() -> None:
    served = [sys.executable, "-c", _SERVED]
    done = subprocess.run(served, capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "True\n"
