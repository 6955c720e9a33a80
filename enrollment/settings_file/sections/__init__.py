"""One file per part of a settings file; each says what a site has of it, and makes it so."""
