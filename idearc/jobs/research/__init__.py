"""How a job researches, in functions without I/O: phrases, pages, names and what proves them."""
