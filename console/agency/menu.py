"""What the pages of an agency lead to, and for whom."""

from typing import Final

from console.pages.menu import Menu, MenuLine

OPERATOR: Final = "operator"
REGISTRAR: Final = "source-registrar"
GOVERNANCE: Final = "information-governance"
OF_AGENCY: Final = frozenset({REGISTRAR, GOVERNANCE, "privacy-officer"})
MENU: Final = Menu(
    "Agency",
    (
        MenuLine("/sources", "Systems"),
        MenuLine("/sources/new", "Join with a system", frozenset({REGISTRAR, OPERATOR})),
        MenuLine("/rules", "Who gets what", OF_AGENCY),
    ),
)
