"""What rules decide of a release class, in a word."""

from enum import StrEnum


class Ruling(StrEnum):
    """Given, openly kept back, or kept back without a word."""

    GIVEN = "GIVEN"
    WITHHELD = "WITHHELD"
    SILENT = "SILENT"
