"""Values and contracts. Imports nothing of ours and no vendor but pydantic and YAML."""
