"""Accreditation: proposals, assessments, decisions, objections, and the standing that follows from them."""
