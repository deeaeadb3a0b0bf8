"""How people got in, or tried to; the devices an account knows."""
