"""What every area stands on and what knows no area: lifecycles, events, calendars, errors, forms, paging."""
