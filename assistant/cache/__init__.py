"""The answer cache: exact requests of the same caller are not written twice."""
