// A provider that is not ours (npm oidc-provider): it serves its keys and issues access tokens as
// it would after somebody signed in, one for each line of JSON that it reads.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), kid: "theirs", use: "sig", alg: "RS256" };
const audience = "teamaround";
const provider = new Provider("https://foreign.example", {
  jwks: { keys: [jwk] },
  clients: [{ client_id: "portal", client_secret: "x".repeat(32), redirect_uris: ["https://portal.example/cb"] }],
  extraTokenClaims: (_, token) => token.extra,
  features: { dPoP: { enabled: true }, devInteractions: { enabled: false } },
});
const server = createServer(provider.callback());
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));

const { ResourceServer, AccessToken, Client } = provider;
const resource = new ResourceServer(audience, {
  scope: "ask", audience, accessTokenFormat: "jwt", accessTokenTTL: 600, jwt: { sign: { alg: "RS256" } },
});
for await (const line of createInterface({ input: process.stdin })) {
  const { user, claims, jkt, x5t } = JSON.parse(line);
  const client = await Client.find("portal");
  const token = new AccessToken({ accountId: user, client, scope: "ask", resourceServer: resource });
  token.resourceServer = resource;
  token.extra = claims;
  if (jkt) token.jkt = jkt;
  if (x5t) token["x5t#S256"] = x5t;
  console.log(JSON.stringify({ token: await token.save() }));
}
