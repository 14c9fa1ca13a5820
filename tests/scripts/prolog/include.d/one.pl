:- multifile item/1.
item(1).
