"""Pages' common ground: base templates, components, static files and the town's colours."""
