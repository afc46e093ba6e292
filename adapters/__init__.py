"""How an agency's system is asked: manifests, kinds, records. It uses no gateway."""
