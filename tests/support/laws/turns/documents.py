"""Any document that asks for an answer in parts: fields, aliases, fragments, @defer and @stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hypothesis import strategies as st

FIRST: Final = frozenset({"id", "receipt", "asked"})
_ROW: Final = (
    "{ agency { id } outcome }",
    "{ outcome agency { id } ... @defer { detail } }",
    '{ agency { id } ... @defer(label: "Inner") { outcome } }',
)
_BELOW: Final[Mapping[str, Sequence[str]]] = {
    "id": ("",),
    "receipt": ("{ queryId }",),
    "asked": ("{ agency { id } }",),
    "restriction": ("",),
    "answers": _ROW,
    "child": (
        "{ restriction names { family } }",
        "{ restriction ... @defer { names { family } } }",
        "{ names @stream { family } }",
    ),
    "unresolved": ("{ grade agency { id } }",),
    "ask": ("{ code }",),
    "completeness": ("{ complete inScope }",),
}
_DIRECTIVES: Final = ("@defer", "@defer", "@defer", "@defer(if: $parts)", "@defer(if: false)", "")
_STREAMS: Final = ("", "@stream", "@stream", "@stream(initialCount: 2)", "@stream(if: $parts)")


@dataclass(frozen=True, slots=True)
class PartedDocument:
    """A document; `keys` has each field of an answer by its key in the response.

    `first` says that its id, the receipt and who is asked are deferred with nothing later.
    What the first part holds is for the client to choose.
    """

    text: str
    keys: Mapping[str, str]
    in_bulk: bool = False
    first: bool = True


@dataclass(slots=True)
class _Drawing:
    """One document while it is drawn."""

    draw: st.DrawFn
    keys: dict[str, str] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    first: bool = True

    def group(self, fields: Sequence[str], depth: int, *, deferred: bool = False) -> str:
        """A selection of these fields, some of them in fragments within."""
        groups = self.draw(st.integers(0, 2)) if depth and len(fields) > 1 else 0
        places = [self.draw(st.integers(0, groups)) for _ in fields]
        own = [name for name, at in zip(fields, places, strict=True) if at == 0]
        parts = [self.one(name) for name in own]
        for at in range(1, groups + 1):
            inside = [name for name, place in zip(fields, places, strict=True) if place == at]
            parts += [self.fragment(inside, depth - 1, deferred=deferred)] if inside else []
        return " ".join(self.draw(st.permutations(parts)))

    def fragment(self, fields: Sequence[str], depth: int, *, deferred: bool) -> str:
        directive = self.draw(st.sampled_from(_DIRECTIVES))
        within, deferred = deferred, deferred or directive not in {"", "@defer(if: false)"}
        late = {*fields} - FIRST
        if deferred and (within or late) and {*fields} & FIRST:
            self.first = False
        inside = self.group(fields, depth, deferred=deferred)
        if self.draw(st.booleans()):
            return f"... {directive} {{ {inside} }}"
        name = f"Part{_letters(len(self.fragments))}"
        self.fragments.append(f"fragment {name} on ChildAnswer {{ {inside} }}")
        return f"...{name} {directive}"

    def one(self, name: str) -> str:
        below = self.draw(st.sampled_from(_BELOW[name]))
        key, alias = name, ""
        if name == "answers" or self.draw(st.integers(0, 4)) == 0:
            key = f"{name}{_letters(len(self.keys))}"
            alias = f"{key}: "
        self.keys[key] = name
        streamed = self.draw(st.sampled_from(_STREAMS)) if name in {"answers", "unresolved"} else ""
        return f"{alias}{name} {streamed} {below}"


@st.composite
def parted_documents(
    draw: st.DrawFn, known: Sequence[str], arguments: str = "", variables: str = ""
) -> PartedDocument:
    """A document over those fields of an answer that are `known`, none but answers twice."""
    names = [name for name in _BELOW if name in known]
    chosen = draw(st.lists(st.sampled_from(names), min_size=2, max_size=6, unique=True))
    drawing = _Drawing(draw)
    fields = [*chosen, *["answers"] * draw(st.sampled_from([0, 1, 1, 1, 2]))]
    # Aliased at times, a field may stand twice under one key with unlike selections; answers never.
    inside = drawing.group(fields, 3)
    in_bulk = draw(st.sampled_from([False, False, True]))
    name = f"children{arguments}" if in_bulk else f"child{arguments}"
    streamed = draw(st.sampled_from(["", "", "@stream"])) if in_bulk else ""
    asked = f"{name} {streamed} {{ {inside} }}"
    at_root = draw(st.sampled_from([False, False, False, True]))
    root = f"... @defer {{ {asked} }}" if at_root else asked
    listed = "[KnownDetails!]!" if in_bulk else "KnownDetails!"
    head = f"query Ask({variables.replace('LISTED', listed)}$parts: Boolean = true)"
    text = " ".join([f"{head} {{ {root} }}", *drawing.fragments])
    return PartedDocument(text, drawing.keys, in_bulk, drawing.first and not at_root)


@st.composite
def usual_documents(draw: st.DrawFn) -> PartedDocument:
    """A document as most screens ask: who is asked, then the restriction, rows, and the rest."""
    late = draw(
        st.lists(st.sampled_from(["child", "unresolved", "ask", "completeness"]), max_size=3)
    )
    names = ["receipt", "asked", "restriction", "answers", *dict.fromkeys(late)]
    parts = {name: f"{name} {_BELOW[name][0]}" for name in names}
    parts["answers"] = "answers @stream { agency { id } outcome }"
    parts["restriction"] = "... @defer { restriction }"
    apart = draw(st.booleans())
    rest = [parts.pop(name) for name in names[4:]]
    fragments = [
        f"... @defer {{ {each} }}" for each in (rest if apart else [" ".join(rest)]) if each
    ]
    inside = " ".join([*parts.values(), *draw(st.permutations(fragments))])
    in_bulk = draw(st.booleans())
    root = "children" if in_bulk else "child"
    return PartedDocument(f"{{ {root} {{ {inside} }} }}", {n: n for n in names}, in_bulk)


def _letters(number: int) -> str:
    return chr(ord("A") + number % 26) + "x" * (number // 26)
