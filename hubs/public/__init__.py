"""The pages that are about the service itself: start, privacy, accessibility, security contact."""
