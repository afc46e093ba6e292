"""Certain records become one child, each fact with who says so. May use matching."""
