/**
 * Keeps requests out of our own network, for URLs that somebody else chose: a host is resolved here, connections go to the public
 * ones of its addresses alone, and so do redirects. Behind a proxy it is the proxy that resolves names; addresses are refused as well.
 */
import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { TouchmarkError } from "../core/errors.ts";
import type { Resolver } from "./transport/transport.ts";

/** IPv4 that is not public (RFC 6890 and IANA's registry of special-purpose addresses): ours, shared, reserved, of groups. */
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
/** Of IPv6, only 2000::/3 is public, and these of it are not: what carries IPv4 inside might lead anywhere. */
const special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** What resolves names can be replaced. */
export function publicOnly(resolve: LookupFunction = lookup): Resolver {
  const special = { 4: blockList(special4, "ipv4"), 6: blockList(special6, "ipv6") };
  const global = blockList(["2000::/3"], "ipv6");

  function isPublic(address: string): boolean {
    if (isIP(address) === 4) return !special[4].check(address, "ipv4");
    // What names a network card is of this link.
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
  return new TouchmarkError("UNREACHABLE", `${hostname} has no public address, and no other is asked`, {
    hint: "A certificate sends us there. Find out who issued it; hosts of your own network are asked only where that is configured.",
  });
}
