"""The tables of places that ship with the product, and what reads them."""
