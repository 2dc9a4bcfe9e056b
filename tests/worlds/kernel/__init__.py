"""The kernel world beyond the contract: its wire, its hosts, no way out, nothing left behind."""
