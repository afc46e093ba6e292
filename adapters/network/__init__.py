"""Where a source may connect: hosts, addresses, secrets, certificates. May use manifest."""
