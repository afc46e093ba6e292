"""The tables of docs/matching.md, as Markdown."""

from collections.abc import Iterable, Iterator

from bench.matching.asking.counts import WHOLE, Counts, Share, upper_bound
from bench.matching.settings import Setting

LEAST = 500  # records of a group that are enough to speak of
_STAGES = (("at first", ""), ("after one exchange", "_after"))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def head(*columns: str) -> str:
    """The two lines above a table's rows."""
    return "\n".join((_row(columns), _row("---" for _ in columns)))


SETTINGS_HEAD = head(
    "setting",
    "questions",
    "certain at first",
    "after one exchange",
    "aim",
    "children found at first",
    "after one exchange",
    "false questions",
    "at most, in 100,000",
    "aim",
)


def setting_row(setting: Setting, counted: Counts) -> str:
    """One setting: shares of records and of children, and questions with another child certain.

    A question is false that was so at first or after the exchange: the bound is of the more.
    """
    asked, aims = counted.questions["asked"], setting.aims
    first, last = counted.questions["false"], counted.questions["false_after"]
    false = max(first, last)
    aimed = f"{aims.first:.2f}, {aims.after:.2f}" if aims.first and aims.after else ""
    return _row(
        (
            setting.name,
            f"{asked:,}",
            *(_said(counted.share(f"certain{s}", f"own{s}")) for _, s in _STAGES),
            aimed,
            *(_said(counted.share(f"found{s}", f"held{s}")) for _, s in _STAGES),
            f"{first} at first, {last} after" if false else "0",
            f"{upper_bound(false, asked) * 100_000:.1f}",
            f"{aims.false:.0f}" if aims.false else "",
        )
    )


GROUPS_HEAD = head("group", "records", "certain at first", "after one exchange", "below the whole")


def group_rows(counted: Counts) -> Iterator[str]:
    """Every group that is large enough, the furthest below the whole first."""
    whole = counted.share("certain_after", "own_after").value
    groups = [g for g, c in counted.groups.items() if g != WHOLE and c["own"] >= LEAST]
    for group in sorted(groups, key=lambda g: counted.share("certain_after", "own_after", g).value):
        last = counted.share("certain_after", "own_after", group)
        first = counted.share("certain", "own", group)
        points = f"{(whole - last.value) * 100:+.1f} points"
        yield _row((group, f"{first.whole:,}", _said(first), _said(last), points))


BEST_HEAD = head("group", "children", "the best rule", "below the whole", "brought by no search")
WHY_HEAD = head("state, agency and grade", "of the uncertain records, after one exchange")


def why_rows(counted: Counts, most: int = 12) -> Iterator[str]:
    """What stood against the child's own records, most frequent first."""
    every = {why: n for why, n in counted.why.items() if why.endswith("_after")}
    total = sum(every.values())
    ranked = sorted(every.items(), key=lambda each: -each[1])
    for why, count in ranked[:most]:
        yield _row((why.removesuffix("_after"), f"{count / total:.3f}"))


def facts(counted: Counts) -> str:
    """What the callers of a setting were like, in a line."""
    counts = counted.questions
    asked = counts["asked"]
    wants = [f"{what} {counts[what]:,}" for what in sorted(counts) if what.startswith("needs")]
    said = (
        f"{counts['nowhere']:,} held nowhere, {counts['erring'] / asked:.3f} erred in name or date",
        f"{counts['restricted']:,} of restricted children",
        f"{counts['refused']:,} more were asked for more details",
        f"{counts['exchanges']:,} exchanges",
        *wants,
    )
    return f"{'. '.join(said)}."


def _said(share: Share) -> str:
    return f"{share.value:.4f} ± {share.margin:.4f}"
