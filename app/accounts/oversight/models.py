"""Staff: finding people, suspending, the trail of what staff did."""
