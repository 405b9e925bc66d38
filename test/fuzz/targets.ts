/** Every parser of bytes that strangers write, to be fuzzed. A new one has its line in the file of its kind. */
import type { FuzzTarget } from "./target.ts";
import { asn1 } from "./targets/asn1.ts";
import { documents } from "./targets/documents.ts";
import { envelopes } from "./targets/envelopes.ts";
import { formats } from "./targets/formats.ts";
import { keys } from "./targets/keys.ts";
import { registry } from "./targets/registry.ts";
import { tlog } from "./targets/tlog.ts";
import { trust } from "./targets/trust.ts";
import { x509 } from "./targets/x509.ts";

export const targets: readonly FuzzTarget[] = [asn1, x509, envelopes, documents, tlog, keys, trust, formats, registry].flat();
