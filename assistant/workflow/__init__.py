"""The cascade: plan, recall, draft, judge, escalate, finish, store."""
