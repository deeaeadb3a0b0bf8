"""Reports about anything: one queue, in which two moderators cannot act on the same thing."""
