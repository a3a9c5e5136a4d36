import t, { type Test } from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import { configSchema, type DeviceConfig } from '../../src/config/schema.ts';
import { selfSigned } from '../../src/main/box-certificate.ts';
import type { SrtpSuite } from '../../src/media/api.ts';
import { RawPhone } from '../peers/raw-phone.ts';
import { next, sipAddress, startEngine, startGateway } from './kit.ts';

const account = { user: 'ivan', password: 'right horse' };
const suites = ['AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'] as const;

async function setup(t: Test, srtp: DeviceConfig['srtp'], has: readonly SrtpSuite[] = suites) {
  const engine = await startEngine(t, {
    listen: (['udp', 'tls'] as const).map((transport) => ({ transport, host: '127.0.0.1', port: 0 })),
    tls: selfSigned('box.local'),
  });
  const { devices } = configSchema.parse({
    version: 1,
    devices: [{ id: 'desk', name: 'Desk', classOfService: 'office', ...account, srtp }],
  });
  const { gateway } = await startGateway(t, engine, [], {
    devices,
    srtpSuites: () => has,
    onLink: () => true,
    deviceTimes: { qualifyMs: 60_000, answerMs: 300, retryMs: 100 },
  });
  const tls = engine.sip.find(({ transport }) => transport === 'tls')!;
  const at = { udp: sipAddress(engine), tls: `${tls.host}:${tls.port}` };
  const registered = async (transport: 'udp' | 'tls'): Promise<RawPhone> => {
    const phone = await RawPhone.open(t, at[transport], transport);
    const Contact = `<sip:ivan@${phone.host}:${phone.port};transport=${transport}>`;
    t.equal((await phone.signed('REGISTER', 'sip:box', account, { Contact })).status, 200);
    return phone;
  };
  return { gateway, registered };
}

type Setup = Awaited<ReturnType<typeof setup>>;

/** The description that the telephone is offered when it is called. */
async function offered({ gateway }: Setup, phone: RawPhone): Promise<string> {
  const groups = gateway.callDevice({ deviceId: 'desk', number: '31', caller: {} });
  if (!Array.isArray(groups)) throw new Error(groups.text);
  const leg = groups[0]![0]!();
  leg.start();
  const invite = await phone.wait(({ startLine }) => startLine.startsWith('INVITE'));
  phone.respond(invite, '486 Busy Here');
  await next(leg, 'released');
  return invite.text.split('\r\n\r\n')[1]!;
}

const sdp = (...more: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', ...more, ''].join('\r\n');
const plain = sdp('m=audio 40000 RTP/AVP 8');
const secured = sdp(
  'm=audio 40000 RTP/SAVP 8',
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`,
);

/** The telephone calls 12; whether the call arrives as one that lacks the protection required, or its refusal. */
async function calls(
  { gateway }: Setup,
  phone: RawPhone,
  offer: string,
): Promise<{ status: number; reason: string; unprotected?: true | undefined; answer?: string }> {
  let unprotected: true | undefined;
  let answered: Leg | undefined;
  const off = gateway.on('deviceCalls', (leg, call) => {
    unprotected = call.unprotected;
    answered = leg;
    void leg.answer().catch(() => {});
  });
  const headers = {
    Contact: `<sip:ivan@${phone.host}:${phone.port}>`,
    'Content-Type': 'application/sdp',
    'Call-ID': `call-${phone.port}-${offer.length}`,
  };
  const { status, header, text } = await phone.signed('INVITE', 'sip:12@box', account, headers, offer);
  off();
  if (answered) {
    answered.release({ q850: 16, text: '', by: 'local' });
    const callId = headers['Call-ID'];
    const ours = (m: { startLine: string; header(name: string): string }): boolean =>
      m.startLine.startsWith('BYE') && m.header('Call-ID') === callId;
    phone.respond(await phone.wait(ours), '200 OK');
  }
  return { status, reason: header('Reason'), unprotected, answer: text.split('\r\n\r\n')[1] ?? '' };
}

t.test('optional: keys over TLS under the plain profile, and none where they could be read', async (t) => {
  const box = await setup(t, 'optional');
  const udp = await box.registered('udp');
  const open = await offered(box, udp);
  t.match(open, /^m=audio \d+ RTP\/AVP 8/m);
  t.notMatch(open, /a=crypto/);
  t.match(await calls(box, udp, plain), { status: 200, unprotected: undefined });
  const other = await setup(t, 'optional');
  const tls = await other.registered('tls');
  t.match(
    await offered(other, tls),
    /^m=audio \d+ RTP\/AVP 8[\s\S]*^a=crypto:1 AEAD_AES_128_GCM inline:[\s\S]*^a=crypto:2 AES_CM/m,
  );
  t.match(await calls(other, tls, secured), {
    status: 200,
    answer: /^a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/m,
  });
  t.match(other.gateway.devices(), [{ state: 'registered', trouble: undefined }]);
});

t.test(
  'required: nothing but SRTP over TLS; a call without it is marked for whoever knows the number',
  async (t) => {
    const box = await setup(t, 'required');
    const tls = await box.registered('tls');
    t.match(await offered(box, tls), /^m=audio \d+ RTP\/SAVP 8[\s\S]*^a=crypto:1/m);
    t.match(await calls(box, tls, secured), { status: 200, unprotected: undefined, answer: /RTP\/SAVP/ });
    t.match(await calls(box, tls, plain), { status: 200, unprotected: true }, 'an emergency call would go');

    const other = await setup(t, 'required');
    const udp = await other.registered('udp');
    t.match(other.gateway.devices(), [{ state: 'unreachable', trouble: { said: { en: /without TLS/ } } }]);
    t.match(other.gateway.callDevice({ deviceId: 'desk', number: '31', caller: {} }), {
      q850: 20,
      text: /without TLS/,
    });
    t.match(await calls(other, udp, plain), { status: 200, unprotected: true });
    t.match(
      await calls(other, udp, secured),
      { status: 488, reason: /^Q\.850;cause=88/ },
      'keys in the clear are none',
    );

    const bare = await setup(t, 'required', []);
    await bare.registered('tls');
    t.match(bare.gateway.devices(), [{ state: 'unreachable', trouble: { cure: { ru: /libsrtp2/ } } }]);
  },
);

t.test('off: what was before', async (t) => {
  const box = await setup(t, 'off');
  const tls = await box.registered('tls');
  t.notMatch(await offered(box, tls), /crypto/);
  t.equal((await calls(box, tls, secured)).status, 488);
});
