"""Data saya: what is held, a copy of it, consents, requests and their clock, leaving."""
