"""The Python frontend: a partial evaluator from a function's syntax tree to IR.  Where to find what:

the run            lower (from a function to a program; starts again where more must be known), results (what it
                   returns), context (the state), session (what attempts leave to the next), store (names, cells,
                   blocks), problems (what is raised), values (what a name can hold)
syntax             desugar (before anything is evaluated), liveness, statements, targets, expressions, withs
control flow       control (branches, exits), joins (two states become one), one_of_several (of known things),
                   type_joins (two types)
loops              loops, headers (what is carried), carries (as values), rolled (the body, until it serves every
                   turn), iterated (a list that changes under the loop over it)
operators          operators (numbers and arrays), container_operators, special_methods (of the user's classes),
                   answers (of `__bool__`, `__len__`), inplace (`+=`), sizes (dimensions that meet),
                   checked_sizes (compared when it runs), one_or_none (elements beside others)
memory             memory (cells, views, aliases), exchanges (of names in a branch or loop), which (one of several
                   arrays, as its number), subscripts (of arrays), flat (`y.flat`), arrays (made, and their attributes)
arguments          apart (containers told apart), listed (lists of any length)
containers         containers (of known structure), container_methods, comprehensions (and what folds), ordering
                   (`min`, `max`, `sorted`); of staged length: grown (what such a list is), list_changes (slices,
                   sums, insertions, searches), swaps (two elements exchanged), unfilled (lists in it that are
                   empty yet), texts (that differ in its elements), absences (None in them), openings (how these are
                   met), lodging (elements as views of their lists), rereading (these, where the list was changed),
                   sameness (of two of these), forms (as messages name them); tables (dicts read by a key of the
                   run), keyed (dicts whose keys are found when it runs), sets_of_the_run, unlike (how these are met),
                   sorting (names beside numbers), list_comparisons, one_of_list (of two elements one), written (texts
                   of numbers as keys)
objects            objects (instances), own_attributes (`vars(x)`), classes (what a class says without running it),
                   reflection (`isinstance`), followed (a change of what a branch chose), nodes (objects that are
                   numbers in lists), list_numbers (lists that are), linked (of which classes), of_none (the errors of
                   None in their place)
calls              calls (in place), sharing (one function for several places), recursion, recursion_memory (what
                   it changes), instances (what is kept of these), patterns (what is passed and returned),
                   pattern_joins (two of these, and what changes from call to call), telling (which problems are told)
derivatives        derivatives (`symdiff.grad` inside), regions (of what), columns (Jacobians), custom_rules
library            captured (what is read from outside), mirrors (what is chosen there), python_calls (builtins),
                   library_calls (`functools`, `operator`, `itertools`), known_calls (run when compiling), methods (of
                   arrays), output (`print`, f-strings)
calls as they are  foreign (with their results), foreign_arguments, foreign_results (their types), foreign_writes
                   (into arrays and lists), foreign_names (what is called so), opaque_calls (without effects)
NumPy              numpy_calls (which function goes where), ufuncs (`.at`, `where=`), numpy_arrays (chosen, new,
                   joined), numpy_shapes, numpy_grids (`np.r_[…]`), numpy_reductions, numpy_places (positions, bins),
                   numpy_linalg (products, factorisations, Fourier transforms), numpy_composed (several operations),
                   numpy_grown (of lists that grew), numpy_spelled (the bodies of `frontend.spelled`)
documentation      language (the table of what is supported and refused)
"""

from symdiff.frontend.python.lower import lower

__all__ = ["lower"]
