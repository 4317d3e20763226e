"""What pages of accreditation show, put together from several queries; cut by noun."""
