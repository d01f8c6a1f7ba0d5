"""`./run story`: one order lives its whole life, over HTTP, against a platform started for it alone."""
