item(2).
