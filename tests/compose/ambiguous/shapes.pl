here.
