"""Private names of classes: in `class A`, `self.__w` is the attribute `_A__w`."""

from __future__ import annotations

import ast


def mangle(tree: ast.AST) -> None:
    """Give the attributes in a parsed text the names that they have at run time.

    >>> tree = ast.parse("class A:\\n    def get(self):\\n        return self.__w + self.__len__()")
    >>> mangle(tree)
    >>> print(ast.unparse(tree).splitlines()[-1].strip())
    return self._A__w + self.__len__()
    """
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:  # no recursion: a long sum is a deep tree
        node, owner = todo.pop()
        if isinstance(node, ast.ClassDef):
            owner = node.name.lstrip("_")
        elif isinstance(node, ast.Attribute) and owner and node.attr.startswith("__") and not node.attr.endswith("__"):
            node.attr = f"_{owner}{node.attr}"
        todo += [(child, owner) for child in ast.iter_child_nodes(node)]
