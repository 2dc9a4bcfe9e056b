"""The room of the tools: what an administrator reaches for, on a host of a lab, in every world."""
