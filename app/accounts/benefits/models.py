"""A private fact, told by the person alone, and its check where a benefit needs it."""
