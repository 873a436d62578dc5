"""The parts of `engines/rights.py`: the policy as a table with lines, and what is wrong with it."""
