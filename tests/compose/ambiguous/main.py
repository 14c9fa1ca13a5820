try:
    import shapes
except ImportError as e:
    print(type(e).__name__, "shapes.pl" in str(e), "shapes.py" in str(e))
import polyglot
shapes = polyglot.load("shapes.pl")
print(shapes.here())
import user_of
print(user_of.try_it())
