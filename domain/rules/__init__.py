"""The rules of the business: values in, values out; no rows, no clock, nothing awaited."""
