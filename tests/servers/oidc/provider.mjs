// A real OpenID provider on TLS: passwords, groups, PKCE required. What it is comes as JSON in the first argument:
// {port, certificate, key, issuer, clients: [{id, secret, redirects}], people: {name: {password, claims}}}
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const people = given.people;

const provider = new Provider(given.issuer, {
  clients: given.clients.map((client) => ({
    client_id: client.id,
    client_secret: client.secret,
    redirect_uris: client.redirects,
    response_types: ['code'],
    grant_types: ['authorization_code'],
  })),
  cookies: { keys: ['only for tests'] },
  scopes: ['openid', 'profile', 'email'],
  claims: {
    openid: ['sub', 'groups', 'hd', 'department', 'office', 'oid', 'hasgroups'],
    profile: ['name', 'preferred_username'],
    email: ['email'],
  },
  conformIdTokenClaims: given.claims_by === 'userinfo',
  pkce: { required: () => true, methods: ['S256'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (context, name) => people[name] && { accountId: name, claims: () => ({ sub: `sub-${name}`, ...people[name].claims }) },
  // The institution's own client: nobody is asked for consent.
  loadExistingGrant: async (context) => {
    const { client, session } = context.oidc;
    const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  renderError: (context, out) => { context.body = out; },
});

const form = (path) => `<!doctype html><title>Northwind Account</title><h1>Northwind Account</h1>
<form method="post" action="${path}"><label>Name <input name="username"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button>
<button name="stop" value="1">Cancel</button></form>`;

async function fields(request) {
  let body = '';
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

async function interact(request, response) {
  await provider.interactionDetails(request, response);
  const sent = request.method === 'POST' ? await fields(request) : new URLSearchParams();
  const person = people[sent.get('username')];
  const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (sent.get('stop')) return finish({ error: 'access_denied' });
  if (person && person.password === sent.get('password')) return finish({ login: { accountId: sent.get('username') } });
  response.setHeader('content-type', 'text/html');
  response.end(form(request.url));
}

const callback = provider.callback();
const base = new URL(given.issuer).pathname.replace(/\/$/, '');
const tls = { cert: readFileSync(given.certificate), key: readFileSync(given.key) };
createServer(tls, (request, response) => {
  // A double of Entra's answer to an application: "app" is {path, token}.
  if (given.app && request.url === given.app.path) {
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: given.app.token }));
  }
  if (request.url.startsWith('/interaction/')) {
    return interact(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); });
  }
  // An issuer with a path, as Entra's, is mounted there.
  request.originalUrl = request.url;
  if (base && request.url.startsWith(`${base}/`)) request.url = request.url.slice(base.length);
  return callback(request, response);
}).listen(given.port, '127.0.0.1');
