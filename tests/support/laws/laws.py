"""The laws by name.

That no issuer says more than it is bound to is a law too. It is about sign-in and goes
beside these.
"""

from collections.abc import Mapping
from typing import Any, Final

from tests.support.laws import (
    guessed_homes,
    led_on,
    shows_nobody,
    tells_no_more,
    two_children,
    who_restricts,
    wrong_number,
)
from tests.support.laws.law import Law
from tests.support.laws.silenced.no_from_silence import NO_FROM_SILENCE
from tests.support.laws.together.as_alone import AS_ALONE
from tests.support.laws.turns import in_turn

TELLS_NO_MORE: Final = tells_no_more.TELLS_NO_MORE.name
WHO_RESTRICTS: Final = who_restricts.WHO_RESTRICTS.name
OUT_OF_SIGHT: Final = who_restricts.OUT_OF_SIGHT.name
TWO_CHILDREN: Final = two_children.TWO_CHILDREN.name
WRONG_NUMBER: Final = wrong_number.WRONG_NUMBER.name
LED_ON: Final = led_on.LED_ON.name
SHOWS_NOBODY: Final = shows_nobody.SHOWS_NOBODY.name
GUESSED_HOMES: Final = guessed_homes.GUESSED_HOMES.name
GUESSED_PLACES: Final = guessed_homes.GUESSED_PLACES.name
IN_TURN: Final = in_turn.IN_TURN.name
LAWS: Final[Mapping[str, Law[Any]]] = {
    law.name: law
    for law in (
        tells_no_more.TELLS_NO_MORE,
        who_restricts.WHO_RESTRICTS,
        who_restricts.OUT_OF_SIGHT,
        two_children.TWO_CHILDREN,
        wrong_number.WRONG_NUMBER,
        guessed_homes.GUESSED_HOMES,
        guessed_homes.GUESSED_PLACES,
        in_turn.IN_TURN,
        led_on.LED_ON,
        shows_nobody.SHOWS_NOBODY,
        AS_ALONE,
        NO_FROM_SILENCE,
    )
}
