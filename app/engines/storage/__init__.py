"""One database: its tables, its seals, its migrations, and the ports over it."""
