"""What stands around a model call: its choice, its wire format, its breaker."""
