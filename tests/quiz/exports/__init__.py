"""Each export, read back by a program that is not ours, and compared with the bank."""
