/* oidc.mjs - a real OpenID provider in Entra ID's place.
 *
 * Started by: oidc.py, which says where the package is, the port and the folder
 * with the certificate. Prints a line when it listens. Device codes are approved
 * a moment after they were given out, as by a person who is quick. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [modules, port, folder] = process.argv.slice(2);
const { Provider } = await import(
    `${modules}/node_modules/oidc-provider/lib/index.js`);

const scope = 'https://vault.test/.default';
const certificate = new X509Certificate(readFileSync(`${folder}/rsa.pem`));
const key = { ...certificate.publicKey.export({ format: 'jwk' }), use: 'sig' };
const application = {
    redirect_uris: [], response_types: [], scope,
    grant_types: ['client_credentials'],
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
    scopes: [scope, 'openid', 'offline_access'],
    routes: {
        token: '/t/oauth2/v2.0/token',
        device_authorization: '/t/oauth2/v2.0/devicecode',
        introspection: '/introspect',
    },
    features: {
        clientCredentials: { enabled: true },
        deviceFlow: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        devInteractions: { enabled: false },
    },
    enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'RS256'] },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    clients: [
        { ...application, client_id: 'by-secret',
          client_secret: 's3cret~with.odd+chars/=&%',
          token_endpoint_auth_method: 'client_secret_post' },
        { ...application, client_id: 'by-certificate',
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'PS256', jwks: { keys: [key] } },
        { client_id: 'by-person', token_endpoint_auth_method: 'none',
          application_type: 'native', redirect_uris: [], response_types: [],
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code',
                        'refresh_token'],
          scope: `openid offline_access ${scope}` },
        { client_id: 'checker', client_secret: 'checker-secret',
          token_endpoint_auth_method: 'client_secret_basic',
          redirect_uris: [], response_types: [],
          grant_types: ['client_credentials'] },
    ],
});

async function approve(userCode)
{
    const plain = userCode.replace(/[^A-Z]/g, '');
    const code = await provider.DeviceCode.findByUserCode(plain);
    const grant = new provider.Grant({ clientId: code.clientId,
                                       accountId: 'ana' });
    grant.addOIDCScope(`openid offline_access ${scope}`);
    code.grantId = await grant.save();
    code.accountId = 'ana';
    code.scope = `openid offline_access ${scope}`;
    code.authTime = Math.floor(Date.now() / 1000);
    await code.save();
}

provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'device_authorization' && ctx.status === 200) {
        const { user_code: userCode } = ctx.body;
        setTimeout(() => approve(userCode), 300);
    }
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => process.exit(0)).resume();
