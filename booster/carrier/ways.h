// Ways: how the machine reaches an address; tests have their own.
#pragma once
#include <vector>

#include "booster/net/address.h"
#include "booster/platform/way.h"

namespace booster::carrier {

class Ways {
 public:
  virtual ~Ways() = default;
  virtual Result<platform::Way> to(const net::Address& address, std::uint32_t interface) const {
    return platform::way_to(address.get(), interface);
  }
  virtual std::vector<platform::Way> all_to(const net::Address& address) const {
    return platform::ways_to(address.get());
  }
};

}  // namespace booster::carrier
