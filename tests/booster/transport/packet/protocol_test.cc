// The worked example of PROTOCOL.md, octet for octet.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "booster/transport/packet/stateless.h"
#include "tests/booster/transport/packet/frames.h"
#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

using Example = std::map<std::string, std::string>;

// Lines "NAME  hex hex …  comment" of the page; those of one name joined.
Example stated() {
  std::ifstream page(PACKETBOAT_SOURCE_DIR "/booster/transport/PROTOCOL.md");
  Example example;
  std::string line;
  bool here = false;
  while (std::getline(page, line)) {
    here = line.starts_with("## ") ? line == "## A worked example" : here;
    std::istringstream words(line);
    std::string name, word, hex;
    words >> name;
    while (words >> word && word.size() == 2 && word.find_first_not_of("0123456789abcdef") == std::string::npos)
      hex += word;
    if (here && !hex.empty()) example[name] += hex;
  }
  return example;
}

const char* const kFirst = "0102030405060708";
const char* const kClient = "a1a2a3a4a5a6";
const char* const kGateway = "b1b2b3b4b5b6";

void put_keys(Example& into, const std::string& who, const crypto::Secret& secret, Aead aead) {
  const Keys keys = derive_keys(aead, secret);
  into[who + "-key"] = hex_of(keys.key);
  into[who + "-iv"] = hex_of(keys.iv);
  into[who + "-hp"] = hex_of(keys.header);
}

crypto::Secret exported_client_secret() {
  Bytes exported(kExportedSize);
  for (std::size_t i = 0; i < exported.size(); ++i) exported[i] = static_cast<std::byte>(i);
  return packet_secrets(exported).client;
}

void put_schedule(Example& into) {
  const SecretPair pair = handshake_secrets(id_of(kFirst));
  into["hs-client"] = hex_of(pair.client);
  put_keys(into, "hs-client", pair.client, Aead::Aes128Gcm);
  into["hs-gateway"] = hex_of(pair.gateway);
  put_keys(into, "hs-gateway", pair.gateway, Aead::Aes128Gcm);
  into["context"] = exporter_context({id_of(kFirst), id_of(kClient), id_of(kGateway)}).hex();
  const crypto::Secret client = exported_client_secret();
  put_keys(into, "aes", client, Aead::Aes128Gcm);
  put_keys(into, "chacha", client, Aead::ChaCha20Poly1305);
  into["next"] = hex_of(next_secret(client));
}

void put_packets(Example& into) {
  SendingEnd handshake(derive_keys(Aead::Aes128Gcm, handshake_secrets(id_of(kFirst)).client));
  const HandshakeHeader head{id_of(kFirst), id_of(kClient), {}, {0}, 1};
  into["handshake"] =
      codec::to_hex(handshake.seal_handshake(head, frame::encoded(frame::Handshake{0, as_bytes("client hello")})));
  Bytes payload = frame::encoded(frame::PathChallenge{{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                                                       std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}}});
  const Bytes ping = bytes_of("01 0000000000000009");
  payload.insert(payload.end(), ping.begin(), ping.end());
  const ShortHeader brief{id_of(kGateway), false, {1000}, 2};
  SendingEnd aes(derive_keys(Aead::Aes128Gcm, exported_client_secret()));
  SendingEnd chacha(derive_keys(Aead::ChaCha20Poly1305, exported_client_secret()));
  into["short-aes"] = codec::to_hex(aes.seal_short({1}, brief, payload));
  into["short-chacha"] = codec::to_hex(chacha.seal_short({1}, brief, payload));
}

void put_stateless(Example& into) {
  const Bytes token = bytes_of("746f6b656e");
  std::array<std::byte, 256> room;
  std::size_t size = write_retry(room, {id_of(kClient), id_of(kGateway), id_of(kFirst), token});
  into["retry"] = codec::to_hex(ByteView(room).first(size));
  const ResetToken reset = reset_token(crypto::Secret::of_text("reset key"), id_of(kGateway));
  into["reset-token"] = codec::to_hex(reset);
  size = write_stateless_reset(room, 1200, reset, Bytes(kResetRandom, std::byte{0xee}));
  into["reset"] = codec::to_hex(ByteView(room).first(size));
}

TEST(Protocol, TheWorkedExampleIsWhatTheCodeMakes) {
  Example made;
  put_schedule(made);
  put_packets(made);
  put_stateless(made);
  EXPECT_EQ(stated(), made);
}

}  // namespace
}  // namespace booster::transport::packet
