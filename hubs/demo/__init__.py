"""The demonstration world: fictional people, companies and questions on the real posts and chambers."""
