"""What is proven about the running cascade: one file a theme, one function a promise."""
