"""Clients by others against a real gateway, over a line that can break."""
