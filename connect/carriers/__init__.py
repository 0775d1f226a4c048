"""Carrier services: asking them to watch parcels and reading what they tell."""
