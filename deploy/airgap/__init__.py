"""A bundle that installs Inkladder on a host without a network."""
