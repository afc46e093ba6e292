"""The command line's words: names, options, help. A command imports its work once it runs."""
