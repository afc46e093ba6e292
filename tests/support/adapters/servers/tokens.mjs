// A provider of tokens that is not ours (npm oidc-provider), for machines: a client with a secret and
// one with a key, whose public part is given; whoever guards something asks it what a token is worth.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port, key] = process.argv.slice(2);
const guard = { client_id: "guard", client_secret: "guard".repeat(8) };
const machine = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [] };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { ...machine, ...guard },
    { ...machine, client_id: "by-secret", client_secret: "a-secret-of-the-agency-32-letters" },
    {
      ...machine,
      client_id: "by-key",
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "RS512",
      jwks: { keys: [JSON.parse(key)] },
    },
  ],
  scopes: ["core", "demographics"].map((one) => `https://purl.imsglobal.org/spec/or/v1p2/scope/roster-${one}.readonly`),
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  enabledJWA: { clientAuthSigningAlgValues: ["RS512", "HS256"] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === "guard" },
    devInteractions: { enabled: false },
  },
});
createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ port: Number(port) })));
