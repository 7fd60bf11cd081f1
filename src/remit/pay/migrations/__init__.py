"""How the ledger's tables came to be what they are, a file of `versions` for every change.

To change a table, write the next file: a revision that names the one before it, and `upgrade`.
A ledger is brought up to date when it is opened; there is no way down. That is all.
"""
