"""Pages for those who build Katong; never registered on a real site."""
