"""The HTTP surface of Inkladder."""
