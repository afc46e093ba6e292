"""A gateway over a world, in virtual time over real HTTP, and what it told."""
