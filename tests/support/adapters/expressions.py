"""Expressions and the documents that they are read from."""

from hypothesis import strategies as st

KEYS = st.sampled_from(["a", "b", "name", "use"])
TEXTS = st.sampled_from(["", "usual", "old", "1"])
SINGLES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.5]), TEXTS
)
DOCUMENTS = st.recursive(
    SINGLES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
LITERALS = st.sampled_from(["'usual'", "'old'", "`1`", "`0`", "`true`", "`null`", "`[]`", "''"])
COMPARISONS = st.sampled_from(["==", "!=", "<", ">="])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every way in which manifests join smaller expressions to a larger one."""
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, KEYS).map(".".join),
        inner.map("{}[0]".format),
        inner.map("{}[-1]".format),
        inner.map("{}[]".format),
        st.tuples(inner, KEYS).map(lambda p: f"{p[0]}[*].{p[1]}"),
        st.tuples(inner, inner, KEYS).map(lambda p: f"{p[0]}[?{p[1]}].{p[2]}"),
        two.map(lambda p: f"({p[0]} || {p[1]})"),
        two.map(lambda p: f"({p[0]} && {p[1]})"),
        two.map(lambda p: f"({p[0]} | {p[1]})"),
        two.map(lambda p: f"[{p[0]}, {p[1]}]"),
        inner.map("!({})".format),
        inner.map("type({})".format),
        inner.map("length(not_null({}, `[]`))".format),
        inner.map("{}[:1]".format),
        st.tuples(inner, COMPARISONS, LITERALS).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    )


EXPRESSIONS = st.recursive(KEYS | st.just("@"), larger, max_leaves=6)
