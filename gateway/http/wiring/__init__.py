"""The larger parts that a gateway is wired of. May use every room but cli."""
