"""Proves Inkladder on a real GPU host: `python -m deploy.gpu.prove --work DIR --out DIR`."""
