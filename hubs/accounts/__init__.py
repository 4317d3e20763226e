"""Organisations, offices, people, memberships, roles, permissions and sign-in."""
