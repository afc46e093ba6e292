"""A bare Debian machine for a page of docs/operate: its own mounts, network and processes."""
