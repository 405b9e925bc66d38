/** The OCI client: repositories in registries and in layout folders, with the user's own credentials. */
export { createRegistries, type Registries, type RegistriesOptions } from "./registries.ts";
export { createCredentials, type Credentials, type CredentialsOptions } from "./credentials/credentials.ts";
export { createHttpClient, type HttpClientOptions } from "../net/http-client.ts";
export type { HttpClient, HttpRequest, HttpResponse, HttpStream, StreamedBody } from "../net/http.ts";
export type { PlainHttp } from "./address.ts";
