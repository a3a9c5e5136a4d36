import t from 'tap';
import {
  type Binding,
  type BindingRequest,
  bindingLimits,
  register,
  wayTo,
} from '../../src/sip/lan/bindings.ts';

const request = (more: Partial<BindingRequest> = {}): BindingRequest => ({
  contacts: [{ uri: 'sip:31@192.168.1.20:5060', q: 1, expires: undefined }],
  expires: undefined,
  callId: 'a',
  sequence: 1,
  path: [],
  source: { protocol: 'udp', address: '192.168.1.20', port: 5060 },
  rport: true,
  ...more,
});

const contact = (uri: string, expires?: number, q = 1) => ({ uri, q, expires });

function taken(before: readonly Binding[], more: Partial<BindingRequest>, now = 0): readonly Binding[] {
  const outcome = register(before, request(more), now);
  if (outcome.status !== undefined) throw new Error(`${outcome.status} ${outcome.reason}`);
  return outcome.bindings;
}

t.test('RFC 3261 10.3 step 7: a contact is added, refreshed, and taken back with expires=0', async (t) => {
  const one = taken([], {});
  t.match(
    one,
    [{ uri: 'sip:31@192.168.1.20:5060', expiresAt: 3_600_000 }],
    'an hour where nothing is asked for',
  );
  const two = taken(one, { sequence: 2, expires: 120 }, 1000);
  t.match(two, [{ sequence: 2, expiresAt: 121_000 }]);
  t.equal(two.length, 1, 'the same contact is one binding');
  const both = taken(two, { sequence: 3, contacts: [contact('sip:31@192.168.1.21', 300, 0.5)] }, 1000);
  t.same(
    both.map((b) => [b.uri, b.q]),
    [
      ['sip:31@192.168.1.20:5060', 1],
      ['sip:31@192.168.1.21', 0.5],
    ],
  );
  const gone = taken(both, { sequence: 4, contacts: [contact('sip:31@192.168.1.20:5060', 0)] }, 1000);
  t.same(
    gone.map((b) => b.uri),
    ['sip:31@192.168.1.21'],
  );
});

t.test('RFC 3261 10.3 step 7: expires of the contact before the header, bounded by ours', async (t) => {
  t.match(taken([], { expires: 120, contacts: [contact('sip:a@192.0.2.1', 300)] }), [{ expiresAt: 300_000 }]);
  t.match(taken([], { expires: 999_999 }), [{ expiresAt: bindingLimits.max * 1000 }]);
});

t.test('RFC 3261 10.3 step 7: shorter than our least is 423, but 0 is not', async (t) => {
  t.match(register([], request({ expires: 59 }), 0), { status: 423 });
  t.match(register([], request({ expires: 60 }), 0), { bindings: [{}] });
  t.match(register([], request({ expires: 0 }), 0), { bindings: [] });
});

t.test('RFC 3261 10.3 step 7: an old request of the same client fails as a whole', async (t) => {
  const before = taken([], { sequence: 5 });
  const late = request({
    sequence: 5,
    contacts: [contact('sip:new@192.0.2.9'), contact('sip:31@192.168.1.20:5060')],
  });
  t.match(register(before, late, 0), { status: 500 }, 'the same CSeq once more');
  t.match(register(before, request({ sequence: 4 }), 0), { status: 500 });
  t.match(
    taken(before, { sequence: 1, callId: 'after a restart of the telephone' }),
    [{ sequence: 1 }],
    'another Call-ID begins anew',
  );
});

t.test('RFC 3261 10.3 step 6: * takes everything back, with Expires: 0 only', async (t) => {
  const before = taken([], { sequence: 5 });
  t.match(register(before, request({ contacts: '*', expires: 60, sequence: 6 }), 0), { status: 400 });
  t.match(register(before, request({ contacts: '*', sequence: 6 }), 0), { status: 400 });
  t.match(register(before, request({ contacts: '*', expires: 0, sequence: 5 }), 0), { status: 500 });
  t.same(taken(before, { contacts: '*', expires: 0, sequence: 6 }), []);
});

t.test(
  'RFC 3261 10.3 step 8: without Contact the present bindings are told, those run out are not',
  async (t) => {
    const before = [
      ...taken([], { expires: 60 }),
      ...taken([], { contacts: [contact('sip:b@192.0.2.2', 120)] }),
    ];
    t.same(
      taken(before, { contacts: [], sequence: 9 }, 60_000).map((b) => b.uri),
      ['sip:b@192.0.2.2'],
    );
  },
);

t.test('RFC 3261 19.1.4: which contacts are the same', async (t) => {
  const before = taken([], { contacts: [contact('sip:31@Phone.Example:5060;transport=tcp')] });
  const after = (uri: string): number => taken(before, { sequence: 2, contacts: [contact(uri)] }).length;
  t.equal(after('sip:31@phone.example:5060;transport=TCP;ob'), 1, 'host and transport whatever their case');
  t.equal(after('sip:31@phone.example;transport=tcp'), 2, 'a port written and not written differ');
  t.equal(after('sip:32@phone.example:5060;transport=tcp'), 2);
  t.equal(after('sip:31@phone.example:5060'), 2);
  t.match(register([], request({ contacts: [contact('mailto:a@example.com')] }), 0), { status: 400 });
});

t.test('RFC 5626 6: the same instance by the same registration takes its own old place', async (t) => {
  const instance = '"<urn:uuid:1>" 1';
  const before = taken([], { contacts: [{ ...contact('sip:31@192.0.2.1:1111'), instance }] });
  const after = taken(before, { sequence: 2, contacts: [{ ...contact('sip:31@192.0.2.1:2222'), instance }] });
  t.same(
    after.map((b) => b.uri),
    ['sip:31@192.0.2.1:2222'],
  );
});

t.test('a telephone that comes by another port each time does not fill the table', async (t) => {
  let bindings: readonly Binding[] = [];
  for (let port = 1000; port < 1100; port++) {
    bindings = taken(bindings, { callId: String(port), contacts: [contact(`sip:31@192.0.2.1:${port}`)] });
  }
  t.equal(bindings.length, bindingLimits.contacts);
  t.equal(bindings.at(-1)?.uri, 'sip:31@192.0.2.1:1099');
});

t.test('RFC 3581: requests go where the REGISTER came from', async (t) => {
  const way = (more: Partial<BindingRequest>) => wayTo(taken([], more)[0]!);
  const behindNat = { source: { protocol: 'udp', address: '192.168.1.1', port: 40_123 } };
  t.same(way(behindNat), { address: '192.168.1.1', port: 40_123, transport: 'udp' });
  const connection = { source: { protocol: 'TCP', address: '192.168.1.20', port: 51_000 }, rport: false };
  t.same(
    way(connection),
    { address: '192.168.1.20', port: 51_000, transport: 'tcp' },
    'the connection it opened',
  );
  const crooked = { source: { protocol: 'udp', address: '192.168.1.20', port: 33_333 } };
  t.same(
    way({ ...crooked, rport: false }),
    { address: '192.168.1.20', port: 5060, transport: 'udp' },
    'RFC 3261 18.1.1: one that sends from a port that it does not listen on',
  );
  t.same(way({ ...crooked, rport: true }), { address: '192.168.1.20', port: 33_333, transport: 'udp' });
});
