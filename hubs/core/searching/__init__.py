"""Search over everything: own index tables, the same on both databases, kept in the transaction that writes."""
