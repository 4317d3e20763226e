"""Forms of accreditation, cut by noun."""
