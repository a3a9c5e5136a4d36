import t from 'tap';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { Authority } from '../peers/authority.ts';

t.test(
  'a trunk that requires SRTP: heard both ways by keys of SDES, deaf to what is not protected; no call without keys',
  async (t) => {
    const authority = new Authority(t.testdir());
    const far = await startOperator(t, {
      accounts: { office: 'keen-owl' },
      sound: { type: 'tone', frequency: 1000, dbm0: -10 },
      tls: authority.issue({ names: 'IP:127.0.0.1' }),
      srtp: ['AEAD_AES_256_GCM'],
    });
    const box = await startBox(t, {
      edit: (office) =>
        pointTrunk(office, 'alpha', far, {
          ...{ transport: 'tls', tlsCa: authority.cert, srtp: 'required' },
          ...{ mode: 'register', user: 'office', password: 'keen-owl' },
        }),
    });
    const state = async () => (await box.live()).trunks.find((entry) => entry.id === 'alpha')!.state;
    await until('registered', async () => (await state()) === 'registered' || undefined, 8000);

    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    await phone.waitForTone(1000, -13, 8000);
    void phone.speak({ tone: 700, level: -10 });
    const call = await until('the call', () => far.calls().find((c) => c.state === 'answered'), 4000);
    await toneAtOperator(far, call.id, 700, -10, 6);
    phone.hush();
    // The same tone without protection, from the same address and in the same row of numbers.
    far.unprotect(call.id, true);
    await until('nothing of it is heard', () => phone.level(200, 1000) < -50 || undefined, 4000);
    far.unprotect(call.id, false);
    await phone.waitForTone(1000, -13, 4000);
    phone.hangup();
    const ended = await box.ended();
    t.match(ended, { trunkId: 'alpha', answerSource: 'sip', releasedBy: 'caller', q850: 16 });

    far.srtp = [];
    const plain = await far.call({ to: 'office', number: '+74951110000' });
    const refused = await until(
      'it is refused',
      () => far.calls().find((c) => c.id === plain && c.status >= 300),
      4000,
    );
    t.match(refused, { status: 488, reason: /^Q\.850;cause=88;text=".*SRTP is required"/ });
    far.srtp = ['AES_CM_128_HMAC_SHA1_80'];
    const kept = await far.call({ to: 'office', number: '+74951110000' });
    await until('with keys it rings', () => phone.ringing || undefined, 5000);
    phone.lift();
    await phone.waitForTone(1000, -13, 5000);
    t.match(
      far.calls().find(({ id }) => id === kept),
      { state: 'answered', status: 200 },
    );
    await far.hangUp(kept);
    phone.hangup();

    // A far end that answers without keys: the call is ended, and the record says why.
    far.srtp = [];
    await box.portsIdle();
    await box.dial(1, '88121234567');
    const record = await box.record(({ q850, state }) => state !== 'active' && q850 === 88);
    t.match(record.legs.at(-1), { place: 'trunk:alpha', q850: 88 });
    phone.hangup();
  },
);
