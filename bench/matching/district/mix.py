"""Who lives in a made-up district beside the families of the sample."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mix:
    """Who lives in a district, beside the sample's families; each a share of its children.

    `england` names the families by England's naming customs. `namesakes` is of another home: half
    born a slip of the pen away, half on any day; `slip_away`, `birthday` and `postcode` are
    children of the same name born a slip away, born on the same day, or living at one postcode.
    `sharing` is a twin or sibling of the same first name.
    """

    england: bool = False
    twins: float = 0.03
    namesakes: float = 0.02
    slip_away: float = 0.0
    birthday: float = 0.0
    postcode: float = 0.0
    sharing: float = 0.0
