"""`teamaround` with a sampler: it begins at SIGUSR1, and at SIGUSR2 writes its figures down."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType

from bench.profile.sampler import Sampler
from gateway.cli.main import app


def sampled(figures: Path) -> None:
    """Sample from one signal to the other, into the file `figures`, whole or not there."""
    sampler = Sampler()

    def begin(_: int, __: FrameType | None) -> None:
        sampler.start()

    def end(_: int, __: FrameType | None) -> None:
        written = figures.with_suffix(".new")
        written.write_text(json.dumps(sampler.stop()))
        written.rename(figures)

    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)


if __name__ == "__main__":
    sampled(Path(sys.argv.pop(1)))
    app()
