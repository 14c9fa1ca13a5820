"""Features of later Pythons that older ones could ask for: all of them are here."""

annotations = division = print_function = unicode_literals = True
absolute_import = generators = nested_scopes = with_statement = generator_stop = True
