"""Load through the encrypted wire, as long as one likes: what people hear, what it costs, what the checker says."""
