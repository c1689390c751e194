"""Writing tasks whose outcome a program can verify."""
