"""The JSON that is read and written on each route."""
