"""The bench of starts runs commands of this checkout, and of another one beside it."""

from bench.running.start import COMMANDS, COMPLETION, HERE, NOTHING, measured


def test_a_command_is_started_as_often_as_the_other_checkouts() -> None:
    chosen = ("--version", "audit --help")
    assert {*chosen} <= {*COMMANDS}
    found = measured({"": HERE, " again": HERE}, 1, chosen)
    names = [*chosen, COMPLETION]
    assert list(found) == [NOTHING, *names, *(f"{name} again" for name in names)]
    assert {len(runs) for runs in found.values()} == {1}
    assert found["audit --help"][0].cpu_s > found["--version"][0].cpu_s > found[NOTHING][0].cpu_s
