"""Backups: a consistent copy of the database with a manifest, and what ends when one is put in place again."""
