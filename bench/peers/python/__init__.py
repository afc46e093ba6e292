"""Servers in Python that answer the question of the peers, each as its users would write it."""
