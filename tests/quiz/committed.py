"""The bank as it is committed: what can be read of it, and its slips, which one test tells.

All other tests go on with the questions that are sound, so that a slip is not told many times
over. Whoever mends it sees the file, the line and the remedy.
"""

from portlab.quiz import bank

QUESTIONS, SLIPS = bank.read(bank.files())
