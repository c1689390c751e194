"""Fits an artefact to judged drafts; needs the extra `fit`, scoring never does."""
