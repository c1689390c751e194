"""Measures engines and the server in front of them, from outside, with requests made for it."""
