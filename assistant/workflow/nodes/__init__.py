"""The steps of the cascade, one file each."""
