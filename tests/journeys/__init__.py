"""Journeys of people in a real browser, through a demo served for them alone: `./run e2e`."""
