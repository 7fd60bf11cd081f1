"""What each person earns, line by line, and why: from deals to the ledger.

`Facts` hold what happened, `calculate` says what it earns, a `Ledger` keeps what was posted, and a
statement shows it; `totals` are everybody's sums, where nobody asks for lines. Nothing is ever taken
as paid that the ledger does not say was.

To add a table of facts, name its columns in `facts`; to change a table of the ledger, add a file to
`migrations`. That is all.
"""
