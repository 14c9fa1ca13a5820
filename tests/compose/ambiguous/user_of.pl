:- module(user_of, [try_it/0]).
try_it :- catch(use_module(shapes), error(existence_error(_, L), _), true), is_list(L), length(L, 2).
