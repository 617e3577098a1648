"""The intermediate representation: types, programs, how to build, check, print and run them."""
