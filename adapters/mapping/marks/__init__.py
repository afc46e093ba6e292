"""Marks of a restricted child that are no flag: an agency's own words for one. May use contract."""
