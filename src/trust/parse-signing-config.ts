/**
 * Parser for `signing_config.v0.2.json`, and its predecessor 0.1 (sigstore/protobuf-specs, `sigstore_trustroot.proto`, in protobuf's JSON):
 *
 *     {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[SERVICE,…],"oidcUrls":[SERVICE,…],
 *      "rekorTlogUrls":[SERVICE,…],"rekorTlogConfig":CHOICE,"tsaUrls":[SERVICE,…],"tsaConfig":CHOICE}
 *     SERVICE = {"url","majorApiVersion","validFor":{"start","end"},"operator"}
 *     CHOICE = {"selector":"ALL" | "ANY"} | {"selector":"EXACT","count":N}
 *     {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json","caUrl":URL,"oidcUrl":URL,
 *      "tlogUrls":[URL,…],"tsaUrls":[URL,…]}
 *
 * A CHOICE may be empty if there are no services to choose from.
 */
import { malformed, TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import { operatorOf } from "./operator.ts";
import { parsePeriod } from "./period.ts";
import type { Selector, Service, ServiceChoice, SigningConfig } from "./signing-config.ts";
import { trustLimits } from "./limits.ts";

const versions = /^application\/vnd\.dev\.sigstore\.signingconfig\.v(\d+\.\d+)\+json$/;

/** Reads a signing config; `name` is its file name in messages. Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
export function parseSigningConfig(bytes: Uint8Array, name: string): SigningConfig {
  const fields = new Fields(parseJson(bytes, name, { maxBytes: trustLimits.signingConfigBytes }), name);
  const mediaType = fields.string("mediaType");
  const version = versions.exec(mediaType)?.[1];
  if (version === undefined) {
    throw malformed(`${name}.mediaType is not that of a signing config: ${JSON.stringify(mediaType.slice(0, 100))}`);
  }
  if (version === "0.2") return parseVersion2(fields);
  if (version === "0.1") return parseVersion1(fields);
  throw new TouchmarkError("UNSUPPORTED", `${name} is a signing config of version ${version}; 0.1 and 0.2 are supported`);
}

function parseVersion2(fields: Fields): SigningConfig {
  return {
    certificateAuthorities: servicesIn(fields, "caUrls"),
    identityProviders: servicesIn(fields, "oidcUrls"),
    logs: parseChoice(fields, "rekorTlogUrls", "rekorTlogConfig"),
    timestampAuthorities: parseChoice(fields, "tsaUrls", "tsaConfig"),
  };
}

function servicesIn(fields: Fields, name: string): readonly Service[] {
  return fields.objects(name, trustLimits.services).map((service) => {
    const url = parseUrl(service.string("url"), `${service.at}.url`);
    return {
      url,
      majorApiVersion: service.size("majorApiVersion"),
      validFor: parsePeriod(service.fields("validFor")),
      operator: service.optionalString("operator") || operatorOf(url),
    };
  });
}

function parseChoice(fields: Fields, urls: string, config: string): ServiceChoice {
  const services = servicesIn(fields, urls);
  if (services.length === 0) return { services, selector: any };
  return { services, selector: parseSelector(fields.fields(config)) };
}

const any: Selector = { kind: "exact", count: 1 };

function parseSelector(fields: Fields): Selector {
  const name = fields.string("selector");
  if (name === "ALL") return { kind: "all" };
  if (name === "ANY") return any;
  if (name !== "EXACT") throw malformed(`${fields.at}.selector is ${JSON.stringify(name.slice(0, 50))}, expected ALL, ANY or EXACT`);
  const count = fields.size("count");
  if (count === 0) throw malformed(`${fields.at}.count is 0, expected 1 or more`);
  return { kind: "exact", count };
}

/** Services in version 0.1 are all of the first API version, and have no end of validity. */
function parseVersion1(fields: Fields): SigningConfig {
  const service = (url: string, at: string): Service => ({
    url: parseUrl(url, at),
    majorApiVersion: 1,
    validFor: { start: 0 },
    operator: operatorOf(url),
  });
  const one = (name: string): readonly Service[] => (fields.has(name) ? [service(fields.string(name), `${fields.at}.${name}`)] : []);
  const several = (name: string): ServiceChoice => ({
    services: fields.list(name, trustLimits.services).map((url, i) => {
      const at = `${fields.at}.${name}[${i}]`;
      if (typeof url !== "string") throw malformed(`${at} is not a string`);
      return service(url, at);
    }),
    selector: any,
  });
  return {
    certificateAuthorities: one("caUrl"),
    identityProviders: one("oidcUrl"),
    logs: several("tlogUrls"),
    timestampAuthorities: several("tsaUrls"),
  };
}

/** The client that connects to a service decides whether http: is allowed. */
function parseUrl(text: string, at: string): string {
  const url = URL.parse(text);
  if (url === null || !["https:", "http:"].includes(url.protocol)) throw malformed(`${at} is not an http or https URL`);
  if (url.username !== "" || url.password !== "") throw malformed(`${at} contains credentials, which are not allowed`);
  return text;
}
