"""Who answers, and what may run."""
