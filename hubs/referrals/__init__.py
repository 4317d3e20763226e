"""Support requests, routing receipts, referrals and their clocks."""
