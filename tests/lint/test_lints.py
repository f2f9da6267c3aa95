"""The lints judged by small examples: what must be flagged is flagged, what is right passes."""
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import co_await  # noqa: E402
import headers  # noqa: E402
import layers  # noqa: E402
import symbols  # noqa: E402
import tidy  # noqa: E402
import tree  # noqa: E402

BAD_EXPRESSIONS = {
    "aggregate argument": "co_await dial({.host = h});",
    "named aggregate": "auto s = co_await dial(Options{.host = h});",
    "empty braces": "co_await dial(Opt{});",
    "braces beside it": "use(Opt{h}, co_await next());",
    "braces around it": "Pair p{co_await next(), 1};",
    "std array": "co_await send(std::array<int, 2>{1, 2});",
    "ternary argument": "co_await dial(c ? a : b);",
    "ternary of awaits": "auto x = c ? co_await f() : co_await g();",
    "copying capture": "co_await offload([text] { return digest(text); });",
    "moving capture": "co_await offload([text = std::move(text)] { return digest(text); });",
    "default copy": "co_await offload([=] { return digest(text); });",
    "copy of this": "co_await offload([*this]() mutable -> int { return 1; });",
    "second capture": "co_await offload([&a, b] { return a + b; });",
    "inside CO_TRY": "CO_TRY(co_await put(Record{key, value}));",
    "inside CO_TRY_ASSIGN": "CO_TRY_ASSIGN(Stream s, co_await dial({.host = h}));",
    "in a condition": "if (auto r = co_await f(Opt{1}); !r) { g(); }",
    "in a return": "co_return co_await f(c ? a : b);",
    "in a test macro": "EXPECT_EQ(co_await f(), (Point{1, 2}));",
    "in a nested block": "for (;;) { if (x) { co_await f({1}); } }",
    "over lines": "co_await f(a,\n         Opt{\n  .x = 1});",
}

GOOD_EXPRESSIONS = {
    "named above": "Options options{.host = h, .port = 143}; CO_TRY_ASSIGN(Stream s, co_await dial(options));",
    "factory in parentheses": "co_await dial(make_options(h));",
    "lambda named above": "auto job = [text = std::move(text)] { return digest(text); }; Digest d = co_await offload(std::move(job));",
    "reference captures": "co_await offload([&text, &n = count] { return Opt{text, n}; });",
    "no captures": "co_await offload([] { return c ? Opt{1} : Opt{2}; });",
    "this": "co_await offload([this] { return step(); });",
    "block after a condition": "if (co_await f()) { Opt o{1}; g(o); }",
    "condition before it": "if (c ? a : b) co_await f();",
    "while before it": "while (x == Opt{1}) co_await f();",
    "empty result": "co_await f(); co_return {};",
    "next statement": "co_await f(); auto x = c ? a : b; Opt o{x};",
    "switch": "switch (co_await f()) { case 1: { g(); break; } default: h(); }",
    "in a string": 'co_await f("{ ? : }"); co_await g(\'{\'); co_await h(R"x({ ? " })x");',
    "in a comment": "co_await f(); // {.a = 1} ? :\n /* co_await f({}) */",
    "subscript": "co_await f(a[i], b[j]);",
    "range for": "for (auto& x : co_await list()) { use(Opt{x}); }",
    "try block": "try { co_await f(); } catch (const E& e) { g(Opt{e}); }",
}

CORO_LAMBDAS = {
    "auto t = [&]() -> Task<> { co_return; };": True,
    "auto t = [x]() -> Task<Result<int>> { co_return co_await f(x); };": True,
    "scope.spawn([this]() -> Task<> { co_await f(); }());": True,
    "auto t = [](int x) -> Task<Result<>> { co_await f(x); };": False,
    "auto t = [&] { return g([](int x) -> Task<> { co_await f(x); }); };": False,
    "auto t = [&] { return 1; }; co_await f();": False,
}


def in_function(body):
    return "Task<Result<>> story(int c) {\n" + body + "\nco_return {};\n}\n"


@pytest.mark.parametrize("name", BAD_EXPRESSIONS)
def test_co_await_flags(name):
    assert co_await.judge(in_function(BAD_EXPRESSIONS[name])), name


@pytest.mark.parametrize("name", GOOD_EXPRESSIONS)
def test_co_await_passes(name):
    assert co_await.judge(in_function(GOOD_EXPRESSIONS[name])) == [], name


@pytest.mark.parametrize("lambda_text, bad", CORO_LAMBDAS.items())
def test_a_coroutine_lambda_has_no_captures(lambda_text, bad):
    rules = [rule for _, rule in co_await.judge(in_function(lambda_text))]
    assert any("is a coroutine" in rule for rule in rules) == bad


def test_co_await_names_the_line():
    text = in_function("int a = 1;\nco_await f(\n  Opt{a});")
    assert co_await.judge(text) == [(4, "a braced initializer in a co_await expression: name it on the line above")]


def test_the_tokenizer_survives_classes_and_macros():
    text = """
#define CO_TRY(expr) do { auto r_ = (expr); \\
  if (!r_) co_return tl::unexpected(Error{}); } while (0)
template <class T> class Box : public Base<T> { public: Box() : a_{1}, b_(2) {} Task<T> get() const noexcept { co_return co_await f(); } };
enum class E : int { A, B }; namespace a::b { struct S { int x = 1'000; Task<> run() &; }; }
Task<> S::run() & { for (int i = 0; i < 3; ++i) { co_await tick(); } }
auto go(int) -> Task<Result<std::vector<int>>> { Awaiter operator co_await(); co_await f(); }
"""
    assert co_await.judge(text) == []


LAYER_RULES = [
    ("codec/mime", "codec/base/bytes.h", True),
    ("codec/mime", "codec/property/chain.h", False),
    ("codec/property", "booster/runtime/task.h", False),
    ("booster/tls", "booster/runtime/task.h", True),
    ("booster/runtime", "booster/net/stream.h", False),
    ("booster/session", "booster/runtime/loop.h", False),
    ("booster/transport", "booster/transport/packet/header.h", True),
    ("booster/transport/packet", "booster/transport/types.h", True),
    ("booster/transport/packet", "booster/transport/PROTOCOL.md", False),  # whatever else the folder holds
    ("proxy/imap", "booster/net/stream.h", False),
    ("proxy/client", "proxy/client/replica/replica.h", True),
    ("proxy/client/faces/imap", "proxy/client/replica/replica.h", True),
    ("proxy/client", "proxy/gateway/agent/agent.h", False),
    ("proxy/gateway/agent", "proxy/client/events/events.h", False),
    ("proxy/gateway/dispatcher", "codec/mime/split.h", False),
    ("proxy/gateway/broker", "booster/net/stream.h", True),  # its one socket, to the front
    ("proxy/gateway/broker", "proxy/imap/command.h", False),
    ("proxy/cli", "proxy/gateway/gateway.h", True),
    ("proxy/tray", "codec/base/result.h", False),
    ("proxy/unheard", "codec/base/result.h", False),
]


@pytest.mark.parametrize("folder, target, good", LAYER_RULES)
def test_layers(folder, target, good):
    assert (layers.judge_own(folder, target) is None) == good


FOREIGN_RULES = [
    ("booster/runtime", "uv.h", True),
    ("proxy/client", "uv.h", False),
    ("booster/session", "openssl/ssl.h", False),
    ("booster/crypto", "openssl/evp.h", True),
    ("booster/transport/packet", "openssl/evp.h", True),
    ("booster/transport", "openssl/evp.h", False),
    ("codec/mime", "zlib.h", False),
    ("codec/base", "vector", True),
    ("booster/net", "sys/socket.h", True),
    ("booster/net", "boost/asio.hpp", False),
]


@pytest.mark.parametrize("folder, name, good", FOREIGN_RULES)
def test_foreign_libraries_have_one_address(folder, name, good):
    assert (layers.judge_foreign(folder, name) is None) == good


def test_every_layer_row_is_a_row():
    for row in layers.MAY_USE:
        assert layers.allowed(row) <= set(layers.MAY_USE), row
        assert row not in layers.allowed(row) or row.startswith("proxy/client/"), f"{row} reaches itself"


def test_layers_name_file_and_line(tmp_path):
    source = tmp_path / "codec" / "mime" / "bad.cc"
    source.parent.mkdir(parents=True)
    source.write_text('#include <vector>\n#include "other.h"\n  #  include <uv.h>\n')
    found = list(layers.judge_file(source, tmp_path))
    assert [f.split(": ")[0] for f in found] == ["codec/mime/bad.cc:2", "codec/mime/bad.cc:3"]


def test_a_header_that_leans_on_its_includer_is_seen(tmp_path):
    header = tmp_path / "lean.h"
    header.write_text("#pragma once\ninline std::string name() { return {}; }\n")
    assert "std" in headers.compile_alone(header, ["-std=c++20"])
    header.write_text("#pragma once\n#include <string>\ninline std::string name() { return {}; }\n")
    assert headers.compile_alone(header, ["-std=c++20"]) == ""


def archive_of(tmp_path, text):
    source, thing, archive = tmp_path / "x.cc", tmp_path / "x.o", tmp_path / "libcodec_x.a"
    source.write_text(text)
    subprocess.run(["g++", "-std=c++20", "-O1", "-c", source, "-o", thing], check=True)
    subprocess.run(["ar", "rcs", archive, thing], check=True)
    return archive


def test_an_impure_archive_is_seen(tmp_path):
    archive = archive_of(
        tmp_path,
        """
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>
#include <sys/socket.h>
long clock_read() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
int dial() { return socket(1, 2, 3); }
bool file() { return std::ifstream("x").good(); }
unsigned dice() { return std::random_device{}() + static_cast<unsigned>(rand()); }
void spin() { std::thread([] {}).join(); }
""",
    )
    assert {kind for _, _, kind in symbols.impure(archive)} >= {"clock", "socket", "file", "random source", "thread"}


def test_a_pure_archive_passes(tmp_path):
    archive = archive_of(
        tmp_path,
        """
#include <chrono>
#include <map>
#include <string>
std::string pure(std::chrono::seconds s, const std::map<int, std::string>& read) { return read.at(1) + std::to_string(s.count()); }
""",
    )
    assert list(symbols.impure(archive)) == []


def test_only_the_packets_archive_asks_for_a_cipher(tmp_path):
    archive = archive_of(tmp_path, 'extern "C" void EVP_CIPHER_CTX_free(void*);\nvoid drop(void* c) { EVP_CIPHER_CTX_free(c); }\n')
    assert [kind for _, _, kind in symbols.impure(archive)] == ["cipher"]
    assert list(symbols.impure(archive.rename(tmp_path / "libbooster_transport_packet.a"))) == []


def test_tidy_tells_a_finding_at_the_source_it_came_from():
    sources = sorted((tree.ROOT / "codec" / "base").glob("*.cc"))
    text, starts = tidy.join(sources)
    for first, source in starts:
        lines = source.read_text().splitlines()
        assert text.splitlines()[first - 1 : first - 1 + len(lines)] == lines
        told = tidy.told_at_source(f"/tmp/batch.cc:{first + 2}:7: error: x", pathlib.Path("/tmp/batch.cc"), starts)
        assert told == f"{tree.relative(source)}:3:7: error: x"
    assert len(starts) > 1
