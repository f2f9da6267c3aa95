"""The one world of demo, system tests and bench: two hosts, a bad link between them, mail servers, Packetboat."""
