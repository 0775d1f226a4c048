"""Honest figures: every speed beside a limit that is measured in the same run."""
