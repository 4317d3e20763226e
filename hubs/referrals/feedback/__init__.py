"""What entrepreneurs say afterwards: feedback at the end of a question, and how it went 6, 12 and 36 months on."""
