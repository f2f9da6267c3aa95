// The freedesktop secret service (GNOME Keyring, KWallet, KeePassXC), through libsecret.
#include <libsecret/secret.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "booster/crypto/base_n.h"
#include "booster/platform/secret_names.h"
#include "booster/platform/secret_store.h"

namespace booster::platform {
namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using ErrorPtr = std::unique_ptr<GError, FreeWith<g_error_free>>;
using Connection = std::unique_ptr<GDBusConnection, FreeWith<g_object_unref>>;
using Variant = std::unique_ptr<GVariant, FreeWith<g_variant_unref>>;

// Cancels a synchronous call that outlasts `limit`: a service may be there and never answer.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds limit)
      : cancellable_(g_cancellable_new()), watcher_([this, limit] { watch(limit); }) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    {
      const std::lock_guard held(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    watcher_.join();
    g_object_unref(cancellable_);
  }
  GCancellable* cancellable() const { return cancellable_; }

 private:
  void watch(std::chrono::milliseconds limit) {
    std::unique_lock held(mutex_);
    if (!changed_.wait_for(held, limit, [this] { return over_; })) g_cancellable_cancel(cancellable_);
  }
  GCancellable* cancellable_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread watcher_;  // last: it uses the others
};

const SecretSchema* schema() {
  static const SecretSchema kSchema = {
      "org.packetboat.Secret",
      SECRET_SCHEMA_NONE,
      {{"name", SECRET_SCHEMA_ATTRIBUTE_STRING}, {nullptr, SECRET_SCHEMA_ATTRIBUTE_STRING}},
      0,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr};
  return &kSchema;
}

tl::unexpected<Error> keyring_fail(const char* doing, const GError* error) {
  const bool late = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  std::string what = std::string(doing) + " keyring: ";
  what += late ? "no answer in time" : error->message;
  return fail(late ? Errc::Timeout : Errc::Unreachable, std::move(what), error->code);
}

// Without either, GLib would start a bus of its own or wait for an X server.
bool has_session_bus() {
  const char* address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  if (address != nullptr && *address != '\0') return std::string_view(address).rfind("disabled:", 0) != 0;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  return runtime != nullptr && std::filesystem::is_socket(std::filesystem::path(runtime) / "bus", ignored);
}

Result<Variant> call_bus(GDBusConnection* bus, const char* method, GVariant* arguments, const char* reply) {
  const Deadline deadline(kKeyringProbe);
  GError* raw = nullptr;
  Variant answer(g_dbus_connection_call_sync(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", method, arguments, G_VARIANT_TYPE(reply),
                                             G_DBUS_CALL_FLAGS_NONE, -1, deadline.cancellable(), &raw));
  const ErrorPtr error(raw);
  if (!answer) return keyring_fail("ask", error.get());
  return answer;
}

Result<Connection> reach_bus() {
  const Deadline deadline(kKeyringProbe);
  GError* raw = nullptr;
  Connection bus(g_bus_get_sync(G_BUS_TYPE_SESSION, deadline.cancellable(), &raw));
  const ErrorPtr error(raw);
  if (!bus) return keyring_fail("reach", error.get());
  g_dbus_connection_set_exit_on_close(bus.get(), FALSE);  // GLib would end our process when the user logs out
  return bus;
}

constexpr const char* kService = "org.freedesktop.secrets";

Result<> probe(GDBusConnection* bus) {
  TRY_ASSIGN(const Variant owned, call_bus(bus, "NameHasOwner", g_variant_new("(s)", kService), "(b)"));
  gboolean there = FALSE;
  g_variant_get(owned.get(), "(b)", &there);
  if (there) return {};
  TRY_ASSIGN(const Variant listed, call_bus(bus, "ListActivatableNames", nullptr, "(as)"));
  GVariantIter* names = nullptr;
  g_variant_get(listed.get(), "(as)", &names);
  const char* name = nullptr;
  while (g_variant_iter_next(names, "&s", &name)) there = there || std::string_view(name) == kService;
  g_variant_iter_free(names);
  if (there) return {};
  return fail(Errc::Unreachable, "keyring: no secret service on the session bus");
}

class KeyringStore final : public SecretStore {
 public:
  explicit KeyringStore(Connection bus) : bus_(std::move(bus)) {}

  Result<> put(std::string_view name, const crypto::Secret& secret) override {
    TRY(check_secret_name(name));
    const std::string key(name);
    std::string text = crypto::to_base64(secret.reveal());
    const Deadline deadline(kKeyringCall);
    GError* raw = nullptr;
    const gboolean done =
        secret_password_store_sync(schema(), SECRET_COLLECTION_DEFAULT, ("Packetboat " + key).c_str(), text.c_str(),
                                   deadline.cancellable(), &raw, "name", key.c_str(), nullptr);
    crypto::wipe(std::as_writable_bytes(std::span(text)));
    const ErrorPtr error(raw);
    if (!done) return keyring_fail("write", error.get());
    return {};
  }

  Result<std::optional<crypto::Secret>> get(std::string_view name) override {
    TRY(check_secret_name(name));
    const Deadline deadline(kKeyringCall);
    GError* raw = nullptr;
    const std::unique_ptr<gchar, FreeWith<secret_password_free>> text(secret_password_lookup_sync(
        schema(), deadline.cancellable(), &raw, "name", std::string(name).c_str(), nullptr));
    const ErrorPtr error(raw);
    if (error) return keyring_fail("read", error.get());
    if (!text) return std::optional<crypto::Secret>();
    Result<Bytes> bytes = crypto::from_base64(text.get());
    if (!bytes) return fail(Errc::Corrupt, "read keyring: an entry of ours was changed");
    return std::optional(crypto::Secret(std::move(*bytes)));
  }

  Result<> remove(std::string_view name) override {
    TRY(check_secret_name(name));
    const Deadline deadline(kKeyringCall);
    GError* raw = nullptr;
    secret_password_clear_sync(schema(), deadline.cancellable(), &raw, "name", std::string(name).c_str(), nullptr);
    const ErrorPtr error(raw);
    if (error) return keyring_fail("remove from", error.get());
    return {};
  }

  std::string description() const override { return "the desktop's keyring (secret service)"; }

 private:
  Connection bus_;  // held so that libsecret goes on using this one, with exit-on-close off
};

}  // namespace

Result<std::unique_ptr<SecretStore>> make_keyring_store() {
  if (!has_session_bus()) return fail(Errc::Unreachable, "keyring: no session bus");
  Result<Connection> bus = reach_bus();
  const Result<> answered = bus ? probe(bus->get()) : tl::unexpected(bus.error());
  // However it is not there, to the caller it is not there.
  if (!answered) return fail(Errc::Unreachable, answered.error().what, answered.error().sys);
  return std::unique_ptr<SecretStore>(std::make_unique<KeyringStore>(std::move(*bus)));
}

Result<std::unique_ptr<SecretStore>> make_secret_store(SecretStoreChoice choice, disk::Disk& disk,
                                                       const disk::Path& directory) {
  if (choice != SecretStoreChoice::SealedFile) {
    Result<std::unique_ptr<SecretStore>> keyring = make_keyring_store();
    if (keyring || choice == SecretStoreChoice::Keyring) return keyring;
  }
  return make_sealed_file_store(disk, directory);
}

}  // namespace booster::platform
