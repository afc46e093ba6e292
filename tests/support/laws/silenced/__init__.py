"""Agencies that fall silent, in crowds too: no other says more of a child for it."""
