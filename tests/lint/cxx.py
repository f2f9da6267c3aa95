"""A tokenizer for C++ that is good enough for lints, with matched brackets and a guess what each brace is."""
import bisect
import dataclasses
import re

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/|\\\n)
  | (?P<directive>(?<![^\n])[ \t]*\#(?:[^\n\\]|\\\n|\\.)*)
  | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)")
  | (?P<string>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"\w*)
  | (?P<char>(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')
  | (?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<op>::|->\*?|\.\.\.|<=>|<<=|>>=|\+\+|--|&&|\|\||[-+*/%&|^=!<>]=|<<|.)
    """,
    re.X | re.S,
)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_TYPE_WORDS = {"class", "struct", "union", "enum", "namespace"}
_CONTROL = {"if", "while", "for", "switch", "catch", "constexpr"}


@dataclasses.dataclass
class Token:
    text: str
    kind: str
    line: int
    match: int = -1  # index of the bracket that closes or opens it
    block: bool = False  # of a brace: statements or members stand in it, not an initializer
    introducer: bool = False  # of a '[': a lambda begins


def tokenize(text):
    starts = [0] + [m.end() for m in re.finditer("\n", text)]
    tokens, at = [], 0
    while at < len(text):
        line_begin = text.rfind("\n", 0, at) + 1
        directive = text[line_begin:at].strip() == "" and re.compile(r"[ \t]*#(?:[^\n\\]|\\\n|\\.)*").match(text, at)
        found = directive or _TOKEN.match(text, at)
        if not directive and not found["skip"]:
            kind = next(k for k in ("raw", "string", "char", "number", "word", "op") if found[k])
            tokens.append(Token(found[0], kind, bisect.bisect_right(starts, at)))
        at = found.end()
    _match_brackets(tokens)
    _classify(tokens)
    return tokens


def _match_brackets(tokens):
    stack = []
    for at, token in enumerate(tokens):
        if token.kind != "op":
            continue
        if token.text in _OPEN:
            stack.append(at)
        elif token.text in _OPEN.values():
            while stack and _OPEN[tokens[stack[-1]].text] != token.text:
                stack.pop()  # unbalanced (an #if with two heads): forget the inner one
            if stack:
                token.match = stack.pop()
                tokens[token.match].match = at


def _classify(tokens):
    enclosing = []
    for at, token in enumerate(tokens):
        if token.kind != "op":
            continue
        if token.text == "[":
            token.introducer = _begins_lambda(tokens, at)
        if token.text in "([{":
            if token.text == "{":
                token.block = _is_block(tokens, at, enclosing)
            enclosing.append(token)
        elif token.text in ")]}" and enclosing:
            if token.match >= 0:
                token.block = tokens[token.match].block
            enclosing.pop()


def _begins_lambda(tokens, at):
    before = tokens[at - 1] if at else None
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if after == "[" or (before and before.text == "["):
        return False  # an attribute
    if before is None or before.text in ("return", "co_return", "co_await", "co_yield"):
        return True
    return before.kind == "op" and before.text not in (")", "]")


def _is_block(tokens, at, enclosing):
    if at == 0:
        return True
    before = tokens[at - 1]
    if before.kind in ("string", "raw"):
        return True  # extern "C" {
    if before.text in ("else", "do", "try", ";", ")"):
        return True
    if before.text in ("{", "}"):  # a nested block, or {{1, 2}, {3, 4}}
        return not enclosing or (enclosing[-1].text == "{" and enclosing[-1].block)
    if before.text == ":":  # a label's; a ternary has no bare braces
        return bool(enclosing) and enclosing[-1].text == "{" and enclosing[-1].block
    if before.text == "]":
        return before.match >= 0 and tokens[before.match].introducer
    if before.text in ("const", "noexcept", "override", "final", "mutable", "namespace"):
        return True
    return _declares(tokens, at) or _returns_type(tokens, at)


def _declares(tokens, at):
    """class X : Y {"""
    back, found = at - 1, False
    while back >= 0:
        text = tokens[back].text
        if text in (")", "]") and tokens[back].match >= 0:
            back = tokens[back].match - 1
            continue
        if text in ("{", "}", ";", "(", "[", "=", "return", "co_return", "co_await", "case"):
            return found
        found = found or text in _TYPE_WORDS
        back -= 1
    return found


def _returns_type(tokens, at):
    """) -> Task<Result<int>> {"""
    back = at - 1
    while back >= 0:
        token = tokens[back]
        if token.text == "->":
            return back > 0 and tokens[back - 1].text in (")", "mutable", "noexcept", "const", "]")
        if token.text in (")", "]") and token.match >= 0:
            back = token.match - 1
            continue
        if token.kind not in ("word", "number") and token.text not in ("::", "<", ">", ",", "*", "&", "&&"):
            return False
        back -= 1
    return False


def lambda_body(tokens, introducer):
    """Index of the '{' of the lambda that begins at `introducer`, or -1."""
    at = tokens[introducer].match + 1
    while 0 < at < len(tokens):
        token = tokens[at]
        if token.text == "{" and token.block:
            return at
        if token.text in ("(", "[") and token.match > at:
            at = token.match
        elif token.text in (";", ")", "]", "}", "{"):
            return -1
        at += 1
    return -1


def captures(tokens, introducer):
    """The captures of a lambda, each as a list of token texts."""
    found, part, depth = [], [], 0
    for token in tokens[introducer + 1 : tokens[introducer].match]:
        depth += (token.text in ("(", "[", "{", "<")) - (token.text in (")", "]", "}", ">"))
        if token.text == "," and depth == 0:
            found.append(part)
            part = []
        else:
            part.append(token.text)
    return [capture for capture in found + [part] if capture]


def full_expression(tokens, at, whole_arguments=()):
    """[begin, end) of the full expression around the token at `at`. Arguments of macros in `whole_arguments` are expressions of their own."""
    begin = at
    while begin > 0:
        token = tokens[begin - 1]
        if token.text == ";" or (token.text in ("{", "}") and token.kind == "op" and token.block):
            break
        if token.text in (")", "]", "}") and token.kind == "op" and token.match >= 0:
            if token.text == ")" and token.match > 0 and tokens[token.match - 1].text in _CONTROL:
                break  # if (…) here
            begin = token.match
        elif token.text == "(" and begin >= 2 and tokens[begin - 2].text in _CONTROL.union(whole_arguments):
            break
        else:
            begin -= 1
    # The end: the first boundary that is not inside brackets opened after `begin`.
    end = begin
    while end < len(tokens):
        token = tokens[end]
        if token.kind == "op":
            if token.text == ";":
                break
            if token.text in ("(", "[", "{") and token.match > end:
                if token.text == "{" and token.block and not _in_lambda(tokens, begin, end):
                    break
                end = token.match
            elif token.text in (")", "]", "}"):
                break
        end += 1
    return begin, end


def _in_lambda(tokens, begin, brace):
    for at in range(begin, brace):
        if tokens[at].introducer and lambda_body(tokens, at) == brace:
            return True
    return False
