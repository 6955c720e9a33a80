"""Proof that the simulated iPhone refuses what iOS refuses, against a double of a server and against
openssl."""
