"""Whom a person has blocked."""
