"""The loopback world beyond the contract: interrupts, forgotten labs, limits, real clients."""
