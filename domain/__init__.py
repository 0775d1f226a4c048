"""The business: values, commands, events, pure rules, rows, use-cases; it knows nothing of chat, HTTP or templates."""
