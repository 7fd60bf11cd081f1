"""Fetching from a live CRM what remit reads, into a folder that `load` then reads.

A CRM is one file with the function that fetches it, and one that says which of its objects and
columns remit reads (`salesforce_objects`, `hubspot_objects`). All ask through `Connection`, which
waits where it is told to, and write through `Folder`, in which a file is whole or not there. To
add a CRM, add those two files and its name to `cli.pull`. That is all.
"""

from remit.pull.folder import Fetched, PullSummary
from remit.pull.hubspot import pull_hubspot
from remit.pull.problem import Progress, PullError
from remit.pull.salesforce import pull_salesforce

__all__ = ["Fetched", "Progress", "PullError", "PullSummary", "pull_hubspot", "pull_salesforce"]
