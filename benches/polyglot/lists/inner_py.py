def build(n):
    made = []
    for i in range(n):
        made.append(i)
    return made
