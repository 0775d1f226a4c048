"""Tells people: events become deliveries, deliveries go out through channels, and what is wrong is raised as alerts."""
