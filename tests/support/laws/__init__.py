"""Worlds, callers and questions for the laws of the shield, and a gateway that answers them."""
