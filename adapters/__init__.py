"""What an agency writes and how its system is asked: manifests, kinds, records."""
