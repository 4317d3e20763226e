"""Reading accreditation, always through what the actor may see; cut by noun."""
