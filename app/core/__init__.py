"""The machine's words: knows no person and no market."""
