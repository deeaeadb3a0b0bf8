"""Phone and e-mail of an account: proving, changing, taking back."""
