"""Conditions that somebody must look at: found by rules, told once, taken, put off, escalated, resolved."""
