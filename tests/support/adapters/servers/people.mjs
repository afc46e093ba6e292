// A provider of sign-ins that is not ours (npm oidc-provider), for the web pages at the given address:
// public client, PKCE, tokens bound by DPoP that are soon over and can be renewed, both ways of
// sign-out. Anybody may sign in, with any password.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port, pages] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "team-around-pages",
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: [`${pages}/sign-in/done`],
      post_logout_redirect_uris: [`${pages}/signed-out`],
      backchannel_logout_uri: `${pages}/sign-in/ended`,
      backchannel_logout_session_required: true,
      dpop_bound_access_tokens: true,
    },
  ],
  // By itself it calls nobody on this machine, and Node looks for localhost at another address.
  fetch: (url, { dispatcher, ...options }) => fetch(String(url).replace("localhost", "127.0.0.1"), options),
  issueRefreshToken: () => true,
  ttl: { AccessToken: 59 },
  features: {
    dPoP: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "openid", audience: "teamaround", accessTokenFormat: "jwt", accessTokenTTL: 59 }),
      useGrantedResource: () => true,
    },
  },
});
createServer(provider.callback()).listen(Number(port), "127.0.0.1");
