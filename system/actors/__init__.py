"""Five thin shells around the brains in `system.domain`: receive, decide, send. Never the broker, never a disk."""
