#include "booster/http/connect_request.h"

#include <gtest/gtest.h>

namespace booster::http {
namespace {

TEST(ConnectRequest, IsReadAsItIsWritten) {
  for (const net::HostPort& target : {net::HostPort{"gateway.example.org", 443}, net::HostPort{"2001:db8::7", 8443}}) {
    for (const std::string_view value : {"", "Basic YTpi"}) {
      const crypto::Secret request = write_connect_request(target, crypto::Secret::of_text(value));
      const auto read = parse_connect_request(request.reveal());
      ASSERT_TRUE(read && *read);
      EXPECT_EQ((*read)->target.to_string(), target.to_string());
      EXPECT_EQ((*read)->used, request.size());
    }
  }
}

TEST(ConnectRequest, NamesTheTargetTwiceAndShowsCredentialsWhereThereAreSome) {
  const crypto::Secret with = write_connect_request({"::1", 443}, crypto::Secret::of_text("Basic YTpi"));
  EXPECT_EQ(with.reveal_text(),
            "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic YTpi\r\n\r\n");
  const crypto::Secret without = write_connect_request({"g", 443}, crypto::Secret());
  EXPECT_EQ(without.reveal_text(), "CONNECT g:443 HTTP/1.1\r\nHost: g:443\r\n\r\n");
}

TEST(ConnectRequest, NeedsItsWholeHead) {
  const std::string text = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto cut = parse_connect_request(as_bytes(std::string_view(text).substr(0, size)));
    ASSERT_TRUE(cut) << size;
    EXPECT_FALSE(*cut) << size;
  }
}

TEST(ConnectRequest, OthersAndFloodsAreRefused) {
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\n\r\n", "CONNECT a b c\r\n\r\n", "CONNECT x:0 HTTP/1.1\r\n\r\n", "CONNECT x HTTP/1.1\r\n\r\n",
        "CONNECT x:1 HTTP/2\r\n\r\n", "CONNECT a\nb:1 HTTP/1.1\r\n\r\n", "CONNECT a@b:1 HTTP/1.1\r\n\r\n"})
    EXPECT_EQ(parse_connect_request(as_bytes(text)).error().code, Errc::Protocol) << text;
  const std::string flood = "CONNECT a:1 HTTP/1.1\r\n" + std::string(kMaxConnectHead, 'x');
  EXPECT_EQ(parse_connect_request(as_bytes(flood)).error().code, Errc::Limit);
}

}  // namespace
}  // namespace booster::http
