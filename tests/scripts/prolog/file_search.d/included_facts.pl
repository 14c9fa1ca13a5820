fact(found).
