/** The process of the fake plugin: one command, a request on stdin, an answer on stdout. Plain JavaScript, since it is started very often. */
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

const [, , executable, command] = process.argv;
const home = dirname(executable);
const mood = JSON.parse(process.env.FAKE_PLUGIN ?? "{}")[command];

const behaviours = {
  /** Never answers, nor does its child process; both hold a connection that shows when they end. */
  hang() {
    const port = Number(process.env.FAKE_PORT);
    require("node:net").connect(port, "127.0.0.1");
    const { spawn } = require("node:child_process");
    spawn(process.execPath, ["-e", `require("node:net").connect(${port}, "127.0.0.1")`], { stdio: "inherit" });
  },
  flood() {
    const piece = Buffer.alloc(1024 * 1024, " ");
    let left = 100;
    const write = () => {
      if (left-- > 0) process.stdout.write(piece, write);
    };
    write();
  },
  chatter: () => process.stdout.write("hello, world\n"),
  silence: () => undefined,
  refuse: () => fail(1, { errorCode: "ACCESS_DENIED", errorMessage: "log in\u001b[31m first\n" }),
  throttle: () => fail(1, { errorCode: "THROTTLED" }),
  invent: () => fail(1, { errorCode: "MADE_UP", errorMessage: "x".repeat(5000) }),
  crash() {
    process.stderr.write("secret: hunter2\n");
    process.exitCode = 3;
  },
  tell: () => fail(1, { errorCode: "ERROR", errorMessage: Object.keys(process.env).toSorted().join(" ") }),
  echo: () => fail(1, { errorCode: "ERROR", errorMessage: readFileSync(0, "utf8").replace(/"certificateChain":\[[^\]]*\],?/, "") }),
  echoPolicy() {
    const { trustPolicy, pluginConfig } = JSON.parse(readFileSync(0, "utf8"));
    fail(1, { errorCode: "ERROR", errorMessage: JSON.stringify({ trustPolicy, pluginConfig }) });
  },
  /** Identifies signers by signing profile, as AWS Signer's plugin does: the policy names a profile, the signature a version of it. */
  profiles() {
    const { signature, trustPolicy } = JSON.parse(readFileSync(0, "utf8"));
    const version = signature.criticalAttributes.extendedAttributes["com.example.profile"];
    const profile = trustPolicy.trustedIdentities.find((name) => version.startsWith(`${name}/`));
    const who = { success: profile !== undefined, reason: profile === undefined ? "no such profile" : `the profile ${profile}` };
    const { verificationResults, ...rest } = verified({ signature, trustPolicy });
    print({ ...rest, verificationResults: { ...verificationResults, "SIGNATURE_VERIFIER.TRUSTED_IDENTITY": who } });
  },
  /** Does not read its request. */
  deaf() {
    process.stdin.destroy();
    print(answerTo({}));
  },
};

if (typeof mood === "string") behaviours[mood]();
else {
  const request = JSON.parse(readFileSync(0, "utf8"));
  if (request.contractVersion !== "1.0") fail(1, { errorCode: "UNSUPPORTED_CONTRACT_VERSION" });
  else print({ ...answerTo(request), ...mood });
}

function answerTo(request) {
  const { keyId } = request;
  if (command === "describe-key") return { keyId, keySpec: "EC-256" };
  if (command === "generate-signature") return { keyId, signingAlgorithm: "ECDSA-SHA-256", ...signed(request.payload) };
  if (command === "generate-envelope") return require("./notation-envelope.cjs").envelop(request, held());
  if (command === "verify-signature") return verified(request);
  return JSON.parse(readFileSync(join(home, "metadata.json"), "utf8"));
}

/** The key, and its certificates in base64. */
function held() {
  return { key: readFileSync(join(home, "key.pem")), chain: JSON.parse(readFileSync(join(home, "chain.json"), "utf8")) };
}

function signed(payload) {
  const { key, chain } = held();
  const signature = require("node:crypto").sign("sha256", Buffer.from(payload, "base64"), { key, dsaEncoding: "ieee-p1363" });
  return { certificateChain: chain, signature: signature.toString("base64") };
}

/** Accepts everything that was requested. */
function verified({ signature, trustPolicy }) {
  const results = trustPolicy.signatureVerification.map((name) => [name, { success: true, reason: `${name} is fine` }]);
  return { verificationResults: Object.fromEntries(results), processedAttributes: signature.unprocessedAttributes };
}

function print(answer) {
  process.stdout.write(JSON.stringify(answer));
}

function fail(status, error) {
  process.stderr.write(JSON.stringify(error));
  process.exitCode = status;
}
