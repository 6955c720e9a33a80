"""What operators do with the state of an installation: back it up, restore, purge, export, forget, renew."""
