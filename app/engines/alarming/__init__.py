"""What an alarm goes by, and how it reaches people."""
