"""Tiers: clients of the engines that write, and the wrappers and fakes around them."""
