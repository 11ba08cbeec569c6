"""The pages of a freshly built edition, as a browser shows them and as a reader uses them."""
