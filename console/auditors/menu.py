"""What the pages of the log lead to, and for whom."""

from typing import Final

from console.pages.menu import Menu, MenuLine

AUDITOR: Final = frozenset({"auditor"})
READERS: Final = AUDITOR | {"privacy-officer"}
MENU: Final = Menu(
    "The log",
    (
        MenuLine("/log", "Search", READERS),
        MenuLine("/alerts", "Alerts", AUDITOR),
        MenuLine("/log/state", "State and witnesses", READERS),
    ),
)
