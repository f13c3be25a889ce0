"""The language server: findings, fixes and reasons in an editor, while somebody types."""
