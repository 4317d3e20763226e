"""Missions: participants, questions for many of them at once, capacity for a week or two, and what comes after."""
