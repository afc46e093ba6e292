"""Figures as a run could have measured them, for tests of what is computed from them."""
