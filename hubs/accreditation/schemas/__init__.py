"""The API contract of accreditation, cut by noun."""
