"""The talk of a dealing room: what each message changes on the ticket, and what the assistant must say to it."""
