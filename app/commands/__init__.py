"""The operator's commands, one file per group. Each imports only what it needs: `mask` knows no model."""
