"""Referral agreements between a hub and posts: terms, signing, standing."""
