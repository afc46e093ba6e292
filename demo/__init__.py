"""A synthetic borough: invented children, and the agencies that hold a piece of each."""
