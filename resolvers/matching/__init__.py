"""Whose record it is: evidence, grades, the reference. May use comparison."""
