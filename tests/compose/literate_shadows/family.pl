who(file).
