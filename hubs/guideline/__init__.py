"""The guideline: versions of the conditions under which a hub has a right to exist (letter, recommendation 9)."""
