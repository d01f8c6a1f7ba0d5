"""Which of our drawings stands for a product or a trade until there is a photograph."""

# The words of the trades and of the demo file, where the drawing has a shorter name.
_SHORTER = {
    "cheese-board": "cheese",
    "chocolate-box": "chocolate",
    "fish-platter": "seafood",
    "pastry-cake": "cake",
    "shoes-repair": "shoes",
    "vegetables-basket": "vegetables",
    "wine-bottle": "wine",
}


def drawing_named(name: str) -> str:
    """The drawing's own name; a name that has no drawing shows a basket."""
    return _SHORTER.get(name, name)
