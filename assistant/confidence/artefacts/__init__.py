"""Fitted artefacts shipped with the library, as JSON."""
