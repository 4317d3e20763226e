"""Deliveries made of events, mailed at least once with a stable Message-ID; reminders and lapses by the clock."""
