"""Program → program: dead code, folding, common subexpressions, stable forms, scalar lowering, costs."""
