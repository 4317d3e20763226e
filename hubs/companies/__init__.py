"""Companies, contact persons, consents and client contacts."""
