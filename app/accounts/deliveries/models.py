"""Notices on their way out: mail, text message, push, and the officer's WhatsApp list."""
