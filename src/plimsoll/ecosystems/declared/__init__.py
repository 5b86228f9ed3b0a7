"""One file per kind of lockfile or manifest: what a project declares; pure. Loaded only where that is asked for."""
