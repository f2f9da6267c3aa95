"""Real mail servers on private directories: own configuration, own certificates, nothing of the system's is touched."""
