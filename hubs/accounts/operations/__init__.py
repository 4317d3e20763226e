"""Every write to people, memberships, links and sign-ins, cut by noun."""
