"""What an operator wrote, read whole before anything is opened: every fault by file and line."""
