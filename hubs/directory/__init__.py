"""Hub, post and partner profiles, service offers, territories, closures, and the public register."""
