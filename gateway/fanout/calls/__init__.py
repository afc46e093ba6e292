"""One operation tried at one source: what its call comes to, with no task but the call's own."""
