colour(red).
colour(green).
:- if(fail).
colour(none).
:- else.
:- include(inner).
:- endif.
