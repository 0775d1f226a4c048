"""Pages for thumbs, pushes of carriers and what watchers ask, over HTTP."""
