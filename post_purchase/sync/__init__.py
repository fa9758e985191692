"""The audience sync: what must change (plan), where each row stands (ledger), how it gets out (send, export)."""
