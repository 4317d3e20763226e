"""Every write of accreditation, cut by noun; imported from its own module (`operations.submitting`, ...)."""
