"""Plan: site, split, carton, service and date of every order, under shared stock and capacity."""
