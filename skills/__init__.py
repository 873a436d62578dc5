"""What assistants can do: typed functions, one folder or file per domain."""
