"""The documents that production answers: manifests of clients, checked whole. May use documents."""
