#!/usr/bin/python3
"""Flags the shapes around co_await that g++ 12 compiles wrongly, and coroutine lambdas that capture.

In a full expression that contains co_await, g++ 12 may destroy temporaries twice: a braced aggregate, the class object of a
?:, what a lambda captured by copy. Name it on the line above. And a closure dies before the frame of its coroutine: a lambda
that is a coroutine takes its state as parameters.
"""
import pathlib
import sys

import cxx
import tree

MACROS = ("CO_TRY", "CO_TRY_ASSIGN", "TRY", "TRY_ASSIGN")
COROUTINE_WORDS = ("co_await", "co_return", "co_yield")


def _shapes(tokens, begin, end):
    """(line, rule) of each bad shape in [begin, end); bodies of lambdas are expressions of their own."""
    at = begin
    while at < end:
        token = tokens[at]
        if token.kind == "op":
            if token.text == "{":
                if token.block:
                    at = max(token.match, at)
                else:
                    yield token.line, "a braced initializer in a co_await expression: name it on the line above"
            elif token.text == "?":
                yield token.line, "?: in a co_await expression: choose on the line above"
            elif token.introducer and cxx.lambda_body(tokens, at) >= 0:
                for capture in cxx.captures(tokens, at):
                    if capture[0] != "&" and capture != ["this"]:
                        text = "".join(capture)
                        yield token.line, f"a lambda that captures {text} by copy in a co_await expression: name it on the line above"
                        break
                at = token.match
        at += 1


def _own_body_is_coroutine(tokens, body):
    at = body + 1
    while at < tokens[body].match:
        token = tokens[at]
        if token.text in COROUTINE_WORDS and token.kind == "word":
            return True
        if token.introducer:
            inner = cxx.lambda_body(tokens, at)
            if inner >= 0:
                at = tokens[inner].match
        at += 1
    return False


def judge(text):
    """Sorted (line, rule) of everything wrong in a source."""
    if not any(word in text for word in COROUTINE_WORDS):
        return []
    tokens = cxx.tokenize(text)
    found = set()
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.text == "co_await" and tokens[at - 1].text != "operator":
            found.update(_shapes(tokens, *cxx.full_expression(tokens, at, MACROS)))
        if token.introducer and tokens[at].match > at + 1:
            body = cxx.lambda_body(tokens, at)
            if body >= 0 and _own_body_is_coroutine(tokens, body):
                found.add((token.line, "a lambda that is a coroutine captures: pass its state as parameters"))
    return sorted(found)


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]] or tree.own_files()
    verdicts = {path: judge(path.read_text()) for path in files}
    failures = [f"{path.resolve().relative_to(tree.ROOT)}:{line}: {rule}" for path, v in verdicts.items() for line, rule in v]
    return tree.report("co_await", sum(not v for v in verdicts.values()), failures)


if __name__ == "__main__":
    sys.exit(main())
