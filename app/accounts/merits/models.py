"""Facts that one area earns for a person and another may count."""
