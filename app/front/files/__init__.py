"""Uploaded files that everybody may see."""
