"""The tests many times over, in another order each time: whether one cries wolf."""
