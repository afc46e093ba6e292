"""The bench of reloads has every source changed, and asked in its new form."""

from pathlib import Path

from bench.running.reloads import grown, town_of


def test_every_reload_of_the_bench_is_in_force_and_every_source_answers(tmp_path: Path) -> None:
    with town_of(tmp_path, 2) as town:
        sizes = list(grown(town, 4))
    assert [size.reloads for size in sizes] == [1, 2, 4]
    assert all(size.memory_mib > 10 and size.open_files > 0 for size in sizes)
    changed = [file.read_text("utf-8") for file in (tmp_path / "manifests").iterdir()]
    assert len(changed) == 2
    assert all("01632 960004" in text for text in changed)
