"""The answer cache: what was written once is not written again, and nobody gets what was meant for another request."""
