"""The indexed file of a case, for an objection (Awb 7:4), the court (Awb 8:42) or disclosure (Woo)."""
