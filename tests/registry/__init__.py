"""Real clients against a real registry, on 127.0.0.1."""
