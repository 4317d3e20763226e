"""Letters of the ministry: what they say (`content`, `words`) and how they become PDF/A-2a and PDF/UA-1 (`typeset`)."""
