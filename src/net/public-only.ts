/**
 * Prevents requests to private networks (SSRF), for URLs from untrusted sources: hosts are resolved here, and only public
 * addresses are connected to, also after redirects. Behind a proxy the proxy resolves names; private addresses are still refused.
 */
import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { TouchmarkError } from "../core/errors.ts";
import type { Resolver } from "./transport/transport.ts";

/** IPv4 ranges that are not public (RFC 6890 and IANA's registry of special-purpose addresses): private, shared, reserved, multicast. */
const special4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** In IPv6 only 2000::/3 is public, except these ranges: addresses that embed IPv4 might lead anywhere. */
const special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Returns a resolver that gives only public addresses; tests replace the underlying `resolve`. */
export function publicOnly(resolve: LookupFunction = lookup): Resolver {
  const special = { 4: blockList(special4, "ipv4"), 6: blockList(special6, "ipv6") };
  const global = blockList(["2000::/3"], "ipv6");

  function isPublic(address: string): boolean {
    if (isIP(address) === 4) return !special[4].check(address, "ipv4");
    // A zone id makes the address link-local.
    return isIP(address) === 6 && !address.includes("%") && global.check(address, "ipv6") && !special[6].check(address, "ipv6");
  }

  const resolvePublic: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const addresses = (typeof found === "string" ? [{ address: found, family: isIP(found) }] : found).filter((one) =>
        isPublic(one.address),
      );
      const [first] = addresses;
      if (!first) return callback(outOfReach(hostname), "");
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

  return (hostname) => {
    if (isIP(hostname) !== 0 && !isPublic(hostname)) throw outOfReach(hostname);
    return resolvePublic;
  };
}

function blockList(subnets: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = "", bits] = subnet.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

function outOfReach(hostname: string): TouchmarkError {
  return new TouchmarkError("UNREACHABLE", `${hostname} has no public address, and private addresses are not contacted`, {
    hint: "A certificate names this host. Check its issuer; hosts with private addresses are contacted only if they are configured.",
  });
}
