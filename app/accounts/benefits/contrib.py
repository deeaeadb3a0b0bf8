"""What this slice offers to shared pages."""

CONTRIBUTIONS: tuple[object, ...] = ()
