"""Hears and answers: the wire, what people mean, what we were talking about, and who may do what."""
