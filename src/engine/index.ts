/** The verbs. */
export { sign, type SignatureMade, type SignOptions } from "./sign.ts";
export { verify, type VerifyOptions } from "./verify.ts";
export { tree, type Tree, type TreeEvidence, type TreeNode, type TreeOptions } from "./tree.ts";
