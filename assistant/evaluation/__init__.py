"""Measures how well scores hold on judged drafts: metrics, transfer, baselines, reports."""
