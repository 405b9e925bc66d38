import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TouchmarkError } from "../core/errors.ts";
import { selectServices } from "./select-services.ts";
import type { Selector, Service, SigningConfig } from "./signing-config.ts";

const at = Date.UTC(2026, 5, 1);
const service = (url: string, more: Partial<Service> = {}): Service => ({
  url,
  majorApiVersion: 1,
  validFor: { start: Date.UTC(2025, 0, 1) },
  operator: url,
  ...more,
});
const nothing: SigningConfig = {
  certificateAuthorities: [],
  identityProviders: [],
  logs: { services: [], selector: { kind: "exact", count: 1 } },
  timestampAuthorities: { services: [], selector: { kind: "exact", count: 1 } },
};
const logs = (services: readonly Service[], selector: Selector = { kind: "all" }): readonly string[] =>
  selectServices({ ...nothing, logs: { services, selector } }, at).logs.map(({ url }) => url);
const missing = (message: RegExp) => (error: unknown) =>
  error instanceof TouchmarkError && error.code === "SERVICE_MISSING" && message.test(error.message);

describe("the selected services", () => {
  it("are none where none are listed", () => {
    assert.deepEqual(selectServices(nothing, at), { logs: [], timestampAuthorities: [] });
  });

  it("are of the highest supported version, and of no other", () => {
    const services = [service("one"), service("two", { majorApiVersion: 2 }), service("three", { majorApiVersion: 3 })];
    assert.deepEqual(logs(services), ["two"]);
    assert.throws(() => logs([service("three", { majorApiVersion: 3 })]), missing(/0 of the 1 operators of a log.*version 1 or 2/));
  });

  it("are those valid now, both ends of their period included", () => {
    const during = (start: number, end: number) => [service("a", { validFor: { start, end } })];
    assert.deepEqual(logs(during(at, at)), ["a"]);
    assert.throws(() => logs(during(at + 1, at + 2)), missing(/valid at 2026-06-01T00:00:00Z/));
    assert.throws(() => logs(during(at - 2, at - 1)), missing(/valid at/));
  });

  it("are the newest of each operator, each once", () => {
    const newer = { validFor: { start: Date.UTC(2026, 0, 1) }, operator: "same" };
    const services = [service("old", { operator: "same" }), service("new", newer), service("other")];
    assert.deepEqual(logs(services), ["new", "other"]);
  });

  it("are as many as requested, of different operators", () => {
    const services = [service("a", { operator: "x" }), service("b", { operator: "x" }), service("c")];
    assert.deepEqual(logs(services, { kind: "exact", count: 1 }), ["a"]);
    assert.deepEqual(logs(services, { kind: "exact", count: 2 }), ["a", "c"]);
    assert.throws(() => logs(services, { kind: "exact", count: 3 }), missing(/2 of the 3 operators/));
  });

  it("include one certificate authority and one identity provider", () => {
    const config = { ...nothing, certificateAuthorities: [service("a"), service("b")], identityProviders: [service("c")] };
    const { certificateAuthority, identityProvider } = selectServices(config, at);
    assert.deepEqual([certificateAuthority?.url, identityProvider?.url], ["a", "c"]);
    assert.throws(
      () => selectServices({ ...nothing, certificateAuthorities: [service("v2", { majorApiVersion: 2 })] }, at),
      missing(/a certificate authority/),
    );
  });

  it("leave the config unchanged", () => {
    const services = Object.freeze([service("a"), service("b", { validFor: { start: Date.UTC(2026, 0, 1) } })]);
    assert.deepEqual(logs(services), ["b", "a"]);
    assert.equal(services[0]?.url, "a");
  });
});
