"""Lists of questions and referrals as people work with them: filters, orders, columns, views, many at once."""
