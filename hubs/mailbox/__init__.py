"""Mail that arrives: drafts of questions, answers in a conversation, and what waits until somebody looked at it."""
