"""The checks: each looks at what was read of the repository and yields findings."""
